package import DevenvDiagnostics
package import DevenvModel
package import DevenvPluginAPI
package import DevenvState

/// Brings the machines of one project into the condition that its Envfile describes.
package struct Engine: Sendable {
    let components: EngineComponents
    let store: ProjectStore

    /// Makes the engine of a project. Nothing is read yet.
    package init(_ components: EngineComponents, store: ProjectStore) {
        self.components = components
        self.store = store
    }

    /// What the providers and provisioners find wrong with a graph. Looks at files of the project, at nothing else.
    package func validate(_ graph: MachineGraph) -> [Diagnostic] {
        let project = ProvisionerProject(
            directory: graph.envfile.directory, secretNames: Set(graph.envfile.secrets.keys))
        var seen: [Diagnostic] = []
        for machine in graph.machines {
            let found = optionProblems(of: machine) + machine.provisioners.flatMap { problems(of: $0, in: project) }
            // what machines have from the top of the file is said once
            seen += found.filter { !seen.contains($0) }
        }
        return seen
    }

    /// Every provider looks at its own options, also where another one makes the machine: what is wrong there would show up as
    /// late as when somebody uses it. The machine's other keys are nobody's business but of the one that makes it: what one
    /// objects to, as long as another would not, is said when that one is chosen.
    private func optionProblems(of machine: MachineSpec) -> [Diagnostic] {
        let preferred = machine.providers.map(\.value)
        let unknown = machine.providers.filter { components.provider($0.value) == nil }.map { name in
            let known = components.providers.map(\.name.rawValue)
            return Diagnostic.error(
                "there is no provider '\(name.value)'", at: name.location,
                help: Suggestion.help(for: name.value.rawValue, among: known)
                    ?? "there are: \(known.joined(separator: ", "))")
        }
        let usable = components.providers.filter { preferred.isEmpty || preferred.contains($0.name) }
        // A list may name providers that other members of the team have: it is wrong only when none is known.
        let objections = usable.map { $0.objections(to: machine) }
        let isOpen = objections.count > 1 && objections.contains { !$0.hasErrors }
        return (unknown.count == machine.providers.count ? unknown : [])
            + components.providers.flatMap { $0.validate(machine) } + (isOpen ? [] : objections.first ?? [])
    }

    private func problems(of item: ProvisionerSpec, in project: ProvisionerProject) -> [Diagnostic] {
        if let provisioner = components.provisioner(item.kind.value) { return provisioner.validate(item, in: project) }
        let known = components.provisioners.map(\.kind)
        let help = Suggestion.help(for: item.kind.value, among: known) ?? "there are: \(known.joined(separator: ", "))"
        return [.error("there is no provisioner '\(item.kind.value)'", at: item.kind.location, help: help)]
    }

    /// Has this process become one that the providers of these machines serve, and of all that are recorded; it may begin again for
    /// that and not return. Machines that name no provider may have the first there is.
    package func enter(for machines: [MachineSpec], wish: ProviderName?) async throws(EngineError) {
        let recorded = try EngineError.wrap { () throws(StateError) in try store.machines() }.map(\.provider)
        let declared = machines.flatMap { machine in
            machine.providers.isEmpty ? components.providers.prefix(1).map(\.name) : machine.providers.map(\.value)
        }
        try await components.enter(Set(recorded + (wish.map { [$0] } ?? declared)))
    }

    /// What each provider says about this host.
    package func findings() async -> [(provider: ProviderName, findings: [Finding])] {
        var result: [(provider: ProviderName, findings: [Finding])] = []
        for provider in components.providers { result.append((provider.name, await provider.check())) }
        return result
    }

    /// What the machines are at this moment, declared ones in the graph's order, then those that are only recorded. `wanted`:
    /// only these; `seen`: what is known of some already, which are not looked at. Reads only.
    package func status(
        _ graph: MachineGraph?, of wanted: Set<MachineName>? = nil, seen: [MachineName: MachineObservation] = [:]
    ) async throws(EngineError) -> [MachineStatus] {
        let records = try EngineError.wrap { () throws(StateError) in try store.machines() }
            .filter { wanted?.contains($0.identity.name) ?? true }
        let looked = await Observation.observe(
            records.filter { seen[$0.identity.name] == nil }, components.providers)
        let observed = looked.merging(seen) { _, seen in seen }
        let recorded = Dictionary(uniqueKeysWithValues: records.map { ($0.identity.name, $0) })
        let watched = watchedFolders(of: records)
        let declared = (graph?.machines ?? []).filter { wanted?.contains($0.name.value) ?? true }.map { machine in
            status(machine.name.value, recorded[machine.name.value], observed, watched)
        }
        let names = Set(declared.map(\.name))
        return declared
            + records.filter { !names.contains($0.identity.name) }.map {
                var status = status($0.identity.name, $0, observed, watched)
                status.isDeclared = graph == nil
                return status
            }
    }

    private func status(
        _ name: MachineName, _ record: MachineRecord?, _ observed: [MachineName: MachineObservation],
        _ watched: [MachineName: [LiveReport.Folder]]
    ) -> MachineStatus {
        guard let record else { return MachineStatus(name: name, observation: MachineObservation(.absent)) }
        var status = MachineStatus(record, observed[name])
        if status.observation.state == .running { status.watchedFolders = watched[name] ?? [] }
        return status
    }

    /// How to log in to a machine that runs.
    package func endpoint(of machine: MachineName) async throws(EngineError) -> SSHEndpoint {
        guard let record = try EngineError.wrap({ () throws(StateError) in try store.machine(machine) }) else {
            throw EngineError(
                .wrongState, "machine '\(machine)' does not exist yet", help: "run 'devenv up \(machine)'")
        }
        let observation = await Observation.observe([record], components.providers)[machine]
        guard let observation, observation.state == .running else {
            let state = observation?.state.description ?? "unknown"
            throw EngineError(
                .wrongState, "machine '\(machine)' is not running (\(state))", help: "run 'devenv up \(machine)'")
        }
        let keys = MachineKeys(directory: store.directory(of: machine))
        let endpoint = try EngineError.wrap { () throws(StateError) in try keys.endpoint(for: record, seen: observation)
        }
        guard let endpoint else {
            throw EngineError(
                .wrongState, "machine '\(machine)' is running, but its address is not known yet",
                help: "run 'devenv up \(machine)', which waits for it")
        }
        return endpoint
    }

    /// A communicator for a machine.
    package func communicator(for endpoint: SSHEndpoint) -> any Communicator {
        components.makeCommunicator(endpoint)
    }

    /// Carries files between this host and a machine that runs, and tells how far they have come.
    package func carry(
        _ load: FileLoad, _ machine: MachineName, progress: @escaping @Sendable (LoadProgress) -> Void
    ) async throws(EngineError) -> SyncSummary {
        let endpoint = try await endpoint(of: machine)
        let communicator = communicator(for: endpoint)
        let result: Result<SyncSummary, SyncError>
        do throws(SyncError) {
            result = .success(
                try await components.synchronizer.carry(load, with: endpoint, over: communicator, progress: progress))
        } catch { result = .failure(error) }
        await communicator.close()
        do throws(SyncError) { return try result.get() } catch {
            throw EngineError(error.isCancellation ? .cancelled : .failed, error.message, help: error.help)
        }
    }
}

extension EngineError {
    /// Runs something with recorded state and translates its error.
    static func wrap<Value>(_ body: () throws(StateError) -> Value) throws(EngineError) -> Value {
        do { return try body() } catch {
            throw EngineError(error.isLocked ? .locked : .state, error.message, help: error.help)
        }
    }
}
