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
    /// What may be done about a box that is not there.
    var supplying = BoxChoice.Supplying.none

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
        let names = graph.withDependencies(targets)
        let observed = await Observation.observe(
            records.filter { names.contains($0.identity.name) }, components.providers)
        let boxes = try BoxChoice(components, graph.envfile, supplying)
        let suits: @Sendable (MachineSpec, [BoxImage.Format]) -> Bool
        if boxes.hasCatalogs { suits = { _, _ in false } } else { suits = boxes.isStored }
        let choice = ProviderChoice(components.providers, wish: wish, suits: suits)
        var hostNames = HostNames(graph, making: Set(names), records: records)
        var contexts: [MachineName: MachineContext] = [:]
        for machine in graph.machines where names.contains(machine.name.value) {
            let name = machine.name.value
            let provider = try await choice.provider(for: machine, recorded: recorded[name])
            try requireFit(provider, for: machine)
            let box = try await boxes.box(of: machine, recorded[name], formats: provider.features.boxFormats)
            contexts[name] = context(machine, provider, box, recorded[name], &hostNames)
        }
        if fingerprints { try await Fingerprints(components, project).complete(&contexts) }
        let planner = Planner(
            graph: graph, desired: contexts.compactMapValues(\.desired), recorded: recorded, observed: observed,
            watching: try WatchingState.look(at: records, in: store))
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
        ProvisionerProject(
            directory: graph.envfile.directory, secretNames: Set(graph.envfile.secrets.keys),
            machines: graph.machines.map { ProvisionedMachine(name: $0.name.value, groups: $0.groups) })
    }

    private func context(
        _ machine: MachineSpec, _ provider: any Provider, _ box: ChosenBox, _ record: MachineRecord?,
        _ hostNames: inout HostNames
    ) -> MachineContext {
        let hosts = hostNames.entries(for: machine)
        let request = RequestBuilder.forSettings(machine, box: box.image, hosts: hosts, record: record)
        var desired = DesiredMachine(
            spec: machine, provider: provider.name, features: provider.features,
            settings: provider.settings(of: request) + [hostNames.setting(for: machine)])
        desired.tasksOnceReachable = provider.tasksOnceReachable(of: request)
        desired.need = box.need
        desired.boxTitle = BoxTitle(name: box.image.name, version: box.image.version)
        let dependencies = (graph.edges[machine.name.value] ?? []).map(\.target)
        return MachineContext(
            provider: provider, desired: desired, box: box.image, pin: box.pin, hosts: hosts,
            dependencies: dependencies,
            bootTimeout: machine.bootTimeout)
    }
}
