import DevenvDiagnostics
package import DevenvModel
import DevenvPluginAPI
import DevenvState

// What is done to machines as they are recorded, with or without an Envfile.
extension Engine {
    /// What `halt` would do to those of these machines that were made.
    package func prepareHalt(targets: [MachineName], force: Bool) async throws(EngineError) -> Operation {
        let records = try recorded(targets)
        let plan = TeardownPlanner(
            recorded: records, observed: await observe(records),
            watched: Set(try WatchingState.look(at: records, in: store).filter(\.value.isRunning).keys)
        ).halt()
        return try operation(records, plan, force: force) { () async throws(EngineError) in
            try await prepareHalt(targets: targets, force: force)
        }
    }

    /// What `suspend` would do to those of these machines that were made. Throws `.provider` where one runs whose provider
    /// can't pause machines.
    package func prepareSuspend(targets: [MachineName]) async throws(EngineError) -> Operation {
        let records = try recorded(targets)
        let plan = TeardownPlanner(recorded: records, observed: await observe(records)).suspend()
        let operation = try operation(records, plan) { () async throws(EngineError) in
            try await prepareSuspend(targets: targets)
        }
        try operation.require(\.suspends, "suspend", help: "use 'devenv halt', or name other machines")
        return operation
    }

    /// What `resume` would do to those of these machines that were made. The graph, where there is one, tells how long
    /// each may take to answer.
    package func prepareResume(
        targets: [MachineName], graph: MachineGraph?
    ) async throws(EngineError) -> Operation {
        let records = try recorded(targets)
        let plan = TeardownPlanner(recorded: records, observed: await observe(records)).resume()
        return try operation(records, plan, graph: graph) { () async throws(EngineError) in
            try await prepareResume(targets: targets, graph: graph)
        }
    }

    /// What `destroy` would do to those of these machines that were made, or were begun to be made. The graph, where there is
    /// one, tells what the others call each other afterwards.
    package func prepareDestroy(
        targets: [MachineName], graph: MachineGraph? = nil
    ) async throws(EngineError) -> Operation {
        let records = try recorded(targets)
        return try operation(records, TeardownPlanner(recorded: records).destroy(), force: true, graph: graph) {
            () async throws(EngineError) in
            try await prepareDestroy(targets: targets, graph: graph)
        }
    }

    func recorded(_ targets: [MachineName]) throws(EngineError) -> [MachineRecord] {
        let wanted = Set(targets)
        return try EngineError.wrap { () throws(StateError) in try store.machines() }
            .filter { wanted.contains($0.identity.name) }
    }

    func observe(_ records: [MachineRecord]) async -> [MachineName: MachineObservation] {
        await Observation.observe(records, components.providers)
    }

    /// An operation that needs no more than what is recorded.
    func operation(
        _ records: [MachineRecord], _ plan: Plan, force: Bool = false, graph: MachineGraph? = nil,
        again: @escaping @Sendable () async throws(EngineError) -> Operation
    ) throws(EngineError) -> Operation {
        var machines: [MachineName: MachineContext] = [:]
        for record in records {
            let name = record.identity.name
            guard let provider = components.provider(record.provider) else {
                throw EngineError(
                    .provider,
                    "machine '\(name)' was made by the provider '\(record.provider)', which this devenv lacks",
                    help: "use the devenv that made it")
            }
            machines[name] = MachineContext(
                provider: provider, desired: nil, box: nil, pin: nil, hosts: [], dependencies: record.dependencies,
                bootTimeout: (graph?[name] ?? MachineSpec(name: Located(name))).bootTimeout)
        }
        return Operation(
            plan: plan, machines: machines,
            recorded: try EngineError.wrap { () throws(StateError) in try store.machines() },
            project: ProvisionerProject(directory: store.directory, secretNames: []), secrets: [:], force: force,
            graph: graph, again: again)
    }
}

extension Operation {
    /// Throws where a machine that something is done to has a provider that can't do it.
    func require(_ feature: KeyPath<ProviderFeatures, Bool>, _ verb: String, help: String) throws(EngineError) {
        for name in plan.machines {
            guard let provider = machines[name]?.provider, !provider.features[keyPath: feature] else { continue }
            throw EngineError(
                .provider, "can't \(verb) machine '\(name)': the provider '\(provider.name)' is not able to", help: help
            )
        }
    }
}
