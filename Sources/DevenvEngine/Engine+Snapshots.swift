package import DevenvModel
package import DevenvPluginAPI
import DevenvState

/// The snapshots of one machine.
package struct SnapshotList: Hashable, Sendable {
    /// The machine.
    package let machine: MachineName
    /// Its snapshots, oldest first.
    package let snapshots: [MachineSnapshot]
}

extension Engine {
    /// The snapshots of those of these machines that exist. Reads only. Throws `.provider` where machines exist but none of
    /// their providers can take any.
    package func snapshots(of targets: [MachineName]) async throws(EngineError) -> [SnapshotList] {
        let state = try await snapshotState(targets)
        if state.snapshots.isEmpty, let first = state.records.first {
            throw EngineError(
                .provider, "the provider '\(first.provider)' can't take snapshots of machines",
                help: "use another provider")
        }
        return targets.compactMap { name in state.snapshots[name].map { SnapshotList(machine: name, snapshots: $0) } }
    }

    /// What `snapshot save` would do.
    package func prepareSave(
        _ name: SnapshotName, targets: [MachineName]
    ) async throws(EngineError) -> Operation {
        let state = try await snapshotState(targets)
        return try operation(state.records, try state.planner.save(name)) { () async throws(EngineError) in
            try await prepareSave(name, targets: targets)
        }
    }

    /// What `snapshot restore` would do. The graph, where there is one, tells how long each may take to answer.
    package func prepareRestore(
        _ name: SnapshotName, targets: [MachineName], graph: MachineGraph?
    ) async throws(EngineError) -> Operation {
        let state = try await snapshotState(targets)
        let plan = try state.planner.restore(name)
        return try operation(state.records, plan, graph: graph) { () async throws(EngineError) in
            try await prepareRestore(name, targets: targets, graph: graph)
        }
    }

    /// What `snapshot delete` would do.
    package func prepareDelete(
        _ name: SnapshotName, targets: [MachineName]
    ) async throws(EngineError) -> Operation {
        let state = try await snapshotState(targets)
        return try operation(state.records, try state.planner.delete(name)) { () async throws(EngineError) in
            try await prepareDelete(name, targets: targets)
        }
    }

    /// What is known of machines and their snapshots.
    private struct SnapshotState {
        let records: [MachineRecord]
        let snapshots: [MachineName: [MachineSnapshot]]
        let planner: SnapshotPlanner
    }

    private func snapshotState(_ targets: [MachineName]) async throws(EngineError) -> SnapshotState {
        let records = try recorded(targets)
        let observed = await observe(records)
        var snapshots: [MachineName: [MachineSnapshot]] = [:]
        for (name, result) in await answers(for: records, observed) {
            snapshots[name] = try EngineError.wrap { () throws(ProviderError) in try result.get() }
        }
        let withoutMemory = records.filter { components.provider($0.provider)?.features.savesMemory == false }
        let planner = SnapshotPlanner(
            targets: targets, recorded: records, observed: observed, snapshots: snapshots,
            withoutMemory: Set(withoutMemory.map(\.identity.name)))
        return SnapshotState(records: records, snapshots: snapshots, planner: planner)
    }

    /// Asks all at once. Machines of which nothing is there have none.
    private func answers(
        for records: [MachineRecord], _ observed: [MachineName: MachineObservation]
    ) async -> [(MachineName, Result<[MachineSnapshot], ProviderError>)] {
        await withTaskGroup(of: (MachineName, Result<[MachineSnapshot], ProviderError>).self) { group in
            for record in records {
                let name = record.identity.name
                guard let provider = components.provider(record.provider), provider.features.snapshots else { continue }
                guard observed[name]?.state != .absent else {
                    group.addTask { (name, .success([])) }
                    continue
                }
                group.addTask {
                    do throws(ProviderError) {
                        return (name, .success(try await provider.snapshots(of: record.recorded)))
                    } catch { return (name, .failure(error)) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}

extension EngineError {
    /// Runs something of a provider and translates its error.
    fileprivate static func wrap<Value>(_ body: () throws(ProviderError) -> Value) throws(EngineError) -> Value {
        do { return try body() } catch {
            throw EngineError(error.code == .cancelled ? .cancelled : .provider, error.message, help: error.help)
        }
    }
}
