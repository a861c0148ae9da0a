import DevenvCatalogs
import DevenvModel
import DevenvPluginAPI
import DevenvState

extension Engine {
    /// Carries an operation out under the locks of its machines.
    ///
    /// Where another command changed a machine between planning and locking, the plan is made again first. Throws `.locked`
    /// with who holds a lock, unless `wait`.
    package func carryOut(
        _ planned: Operation, width: Int, wait: Bool, events: @escaping EventHandler
    ) async throws(EngineError) -> ExecutionReport {
        let report = try await carryOutLocked(planned, width: width, wait: wait, events: events)
        try discardIfEmpty()
        return report
    }

    /// Removes the project's state when no machine is left in it.
    package func discardIfEmpty() throws(EngineError) {
        try EngineError.wrap { () throws(StateError) in
            guard try store.machines().isEmpty else { return }
            try store.removeIfEmpty()
        }
    }

    private func carryOutLocked(
        _ planned: Operation, width: Int, wait: Bool, events: @escaping EventHandler
    ) async throws(EngineError) -> ExecutionReport {
        guard !planned.plan.isEmpty else { return ExecutionReport() }
        let (operation, locks) = try await lock(planned, wait: wait)
        defer { withExtendedLifetime(locks) {} }
        try await pin(operation)
        let connections = Connections(components.makeCommunicator)
        let runner = StepRunner(
            components: components, store: store, operation: operation, connections: connections, events: events)
        let report = await Executor(width: width, pools: pools(of: operation)).run(operation.plan, events: events) {
            step throws(StepFailure) in
            try await runner.perform(step)
        }
        await connections.closeAll()
        return report
    }

    /// Writes into the lock file which boxes of the store the machines start from.
    private func pin(_ operation: Operation) async throws(EngineError) {
        guard let lockFile = operation.lockFile else { return }
        do throws(CatalogError) {
            try await EnvfileLock.pin(operation.machines.values.compactMap(\.pin), in: lockFile, of: components.host)
        } catch { throw EngineError(.box, error.message, help: error.help) }
    }

    /// The operation as it is right now, with the locks of all its machines.
    private func lock(_ planned: Operation, wait: Bool) async throws(EngineError) -> (Operation, HeldLocks) {
        var operation = planned
        while true {
            let machines = operation.plan.machines
            let locks = try await takeLocks(machines, wait: wait)
            let records = try EngineError.wrap { () throws(StateError) in try store.machines() }
            if records == operation.recorded { return (operation, locks) }
            operation = try await operation.again()
            if Set(operation.plan.machines).isSubset(of: machines) { return (operation, locks) }
        }
    }

    private func takeLocks(_ machines: [MachineName], wait: Bool) async throws(EngineError) -> HeldLocks {
        while true {
            do throws(StateError) { return try store.lock(machines) } catch {
                guard error.isLocked, wait else {
                    throw EngineError(error.isLocked ? .locked : .state, error.message, help: error.help)
                }
            }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { throw EngineError(.cancelled, "interrupted") }
        }
    }

    private func pools(of operation: Operation) -> [MachineName: Executor.Pool] {
        operation.machines.compactMapValues { machine in
            machine.provider.features.width.map { Executor.Pool(name: machine.provider.name.rawValue, width: $0) }
        }
    }
}
