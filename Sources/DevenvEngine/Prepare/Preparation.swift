import DevenvBoxes
import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvState

/// Gathers what a planner needs: what should be, what was recorded and what is real. Reads only.
struct Preparation: Sendable {
    let components: EngineComponents
    let store: ProjectStore
    let graph: MachineGraph

    /// What was gathered.
    struct Result: Sendable {
        var planner: Planner
        var machines: [MachineName: MachineContext]
        var recorded: [MachineRecord]
    }

    /// Gathers for these machines and all that they wait for.
    func gather(_ targets: [MachineName], provider wish: ProviderName?, fingerprints: Bool) async throws(EngineError)
        -> Result
    {
        let records = try EngineError.wrap { () throws(StateError) in try store.machines() }
        var recorded = Dictionary(uniqueKeysWithValues: records.map { ($0.identity.name, $0) })
        for record in records where record.restoration != nil {
            recorded[record.identity.name] = try EngineError.wrap { () throws(StateError) in
                try store.completing(record)
            }
        }
        let names = withDependencies(targets)
        let observed = await Observation.observe(
            records.filter { names.contains($0.identity.name) }, components.providers)
        let choice = ProviderChoice(components.providers, wish: wish)
        var hostNames = HostNames(graph)
        var contexts: [MachineName: MachineContext] = [:]
        for machine in graph.machines where names.contains(machine.name.value) {
            let name = machine.name.value
            let provider = try await choice.provider(for: machine, recorded: recorded[name])
            try requireFit(provider, for: machine)
            contexts[name] = try context(machine, provider, recorded[name], &hostNames)
        }
        if fingerprints { try await Fingerprints(components, project).complete(&contexts) }
        let planner = Planner(
            graph: graph, desired: contexts.compactMapValues(\.desired), recorded: recorded, observed: observed)
        return Result(planner: planner, machines: contexts, recorded: records)
    }

    /// Throws what the chosen provider can't honour of the machine.
    private func requireFit(_ provider: any Provider, for machine: MachineSpec) throws(EngineError) {
        let objections = provider.objections(to: machine).filter { $0.severity == .error }.map { objection in
            (text: (objection.location.map { "\($0): " } ?? "") + objection.message, help: objection.help)
        }
        guard let first = objections.first else { return }
        throw EngineError(
            .provider, first.text, help: first.help ?? "or choose another provider than '\(provider.name)'",
            details: objections.dropFirst().map(\.text))
    }

    var project: ProvisionerProject {
        ProvisionerProject(directory: graph.envfile.directory, secretNames: Set(graph.envfile.secrets.keys))
    }

    private func withDependencies(_ targets: [MachineName]) -> Set<MachineName> {
        var names = Set(targets)
        var open = targets
        while let name = open.popLast() {
            for edge in graph.edges[name] ?? [] where names.insert(edge.target).inserted { open.append(edge.target) }
        }
        return names
    }

    private func context(
        _ machine: MachineSpec, _ provider: any Provider, _ record: MachineRecord?, _ hostNames: inout HostNames
    ) throws(EngineError) -> MachineContext {
        let box = try box(of: machine, record, formats: provider.features.boxFormats)
        let hosts = hostNames.entries(for: machine)
        let request = RequestBuilder.forSettings(machine, box: box, hosts: hosts, record: record)
        let names = MachineSetting("names", hostNames.summary(for: machine), impact: .live)
        let desired = DesiredMachine(
            spec: machine, provider: provider.name, features: provider.features,
            settings: provider.settings(of: request) + [names])
        let dependencies = (graph.edges[machine.name.value] ?? []).map(\.target)
        return MachineContext(
            provider: provider, desired: desired, box: box, hosts: hosts, dependencies: dependencies,
            bootTimeout: machine.bootTimeout)
    }

    /// The machine's box. One that was removed from the store is no reason to refuse a machine that was made from it: its
    /// image is kept as long as the machine is.
    private func box(
        of machine: MachineSpec, _ record: MachineRecord?, formats: [BoxImage.Format]
    ) throws(EngineError) -> BoxImage {
        guard let reference = machine.box else {
            throw EngineError(
                .box, "machine '\(machine.name.value)' has no box", help: "name one with 'box:' in the Envfile")
        }
        do throws(BoxError) {
            return try components.boxes.resolve(reference.value, base: graph.envfile.directory, formats: formats)
        } catch {
            if let record, let kept = try? components.boxes.image(withDigest: record.boxDigest, name: record.boxName) {
                return kept  // where that one is gone too, the first error says what to do
            }
            let place = reference.location.map { "\($0): " } ?? ""
            throw EngineError(.box, place + error.message, help: error.help)
        }
    }
}
