import DevenvCatalogs
import DevenvDiagnostics
package import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

extension Engine {
    /// What `up` would do to these machines and all that they wait for. Reads only. Throws where it would rest on something else
    /// than a plan that was saved, also when it is made again because something moved before the locks were held. `saving`: with
    /// its basis.
    package func prepareUp(
        _ graph: MachineGraph, targets: [MachineName], options: UpOptions, saving: Bool = false,
        expecting saved: PlanBasis? = nil
    ) async throws(EngineError) -> Operation {
        let result = try await Preparation(
            components: components, store: store, graph: graph, supplying: .catalogs(locked: options.locked)
        ).gather(targets, provider: options.provider, fingerprints: true)
        try requireKnown(targets, result.planner)
        // every value is looked at, which takes its time
        let basis = saving || saved != nil ? PlanBasis(result, secrets: graph.envfile.secrets) : nil
        if let saved, let moved = basis?.differences(from: saved), !moved.isEmpty { throw .moved(moved) }
        let lockFile = EnvfileLock.path(of: graph.envfile.path)
        var operation = operation(graph, result, result.planner.up(options), lockFile: lockFile) {
            () async throws(EngineError) in
            try await prepareUp(graph, targets: targets, options: options, expecting: saved)
        }
        operation.basis = basis
        return operation
    }

    /// What `reload` would do.
    package func prepareReload(
        _ graph: MachineGraph, targets: [MachineName], options: UpOptions
    ) async throws(EngineError) -> Operation {
        try await prepare(graph, targets, "reload", fingerprints: true, { $0.reload(options) }) {
            () async throws(EngineError) in
            try await prepareReload(graph, targets: targets, options: options)
        }
    }

    /// What `provision` would do to machines that run; `only` names provisioners, nil means all but those that only run
    /// when named.
    package func prepareProvision(
        _ graph: MachineGraph, targets: [MachineName], only: Set<String>?
    ) async throws(EngineError) -> Operation {
        let provisioning = only.map(Provisioning.named) ?? .all
        return try await prepare(graph, targets, "provision", fingerprints: true, { $0.provision(provisioning) }) {
            () async throws(EngineError) in
            try await prepareProvision(graph, targets: targets, only: only)
        }
    }

    /// What `sync` would do to machines that run: to all their folders, or to those that hold the path of what is to come back.
    package func prepareSync(
        _ graph: MachineGraph, targets: [MachineName], returning: Returning
    ) async throws(EngineError) -> Operation {
        var operation = try await prepare(
            graph, targets, "sync", fingerprints: false, { $0.sync(where: returning.includes) }
        ) { () async throws(EngineError) in
            try await prepareSync(graph, targets: targets, returning: returning)
        }
        operation.returning = returning
        return operation
    }

    /// Prepares something for machines that must run: the named ones only, not those that they wait for.
    private func prepare(
        _ graph: MachineGraph, _ targets: [MachineName], _ verb: String, fingerprints: Bool, _ plan: (Planner) -> Plan,
        again: @escaping @Sendable () async throws(EngineError) -> Operation
    ) async throws(EngineError) -> Operation {
        var result = try await Preparation(components: components, store: store, graph: graph)
            .gather(targets, provider: nil, fingerprints: fingerprints)
        try requireMade(targets, result.planner, verb)
        let wanted = result.planner.desired.filter { targets.contains($0.key) }
        result.planner = Planner(
            graph: graph, desired: wanted, recorded: result.planner.recorded, observed: result.planner.observed,
            watching: result.planner.watching)
        return operation(graph, result, plan(result.planner), again: again)
    }

    /// A machine whose provider does not answer is neither up to date nor to be made: whoever asked for it is told.
    private func requireKnown(_ targets: [MachineName], _ planner: Planner) throws(EngineError) {
        for name in targets {
            guard case .unknown(let reason) = planner.observed[name]?.state else { continue }
            throw EngineError(.provider, "can't tell whether machine '\(name)' is up: \(reason)")
        }
    }

    private func requireMade(_ targets: [MachineName], _ planner: Planner, _ verb: String) throws(EngineError) {
        for name in targets {
            let state = planner.observed[name]?.state ?? .absent
            if state == .running || (verb == "reload" && [.stopped, .suspended].contains(state)) { continue }
            throw EngineError(
                .wrongState, "can't \(verb) machine '\(name)': it is \(state)", help: "run 'devenv up \(name)'")
        }
    }

    func operation(
        _ graph: MachineGraph, _ result: Preparation.Result, _ plan: Plan, lockFile: FilePath? = nil,
        again: @escaping @Sendable () async throws(EngineError) -> Operation
    ) -> Operation {
        Operation(
            plan: plan, machines: result.machines, recorded: result.recorded,
            project: Preparation(components: components, store: store, graph: graph).project,
            secrets: graph.envfile.secrets.mapValues(\.value), force: false, lockFile: lockFile,
            stopped: Set(result.planner.observed.filter { $0.value.state == .stopped }.keys), graph: graph,
            again: again)
    }
}
