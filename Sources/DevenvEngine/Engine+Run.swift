import DevenvCatalogs
import DevenvModel
import DevenvPluginAPI
import DevenvState

extension Engine {
    /// Carries an operation out under the locks of its machines.
    ///
    /// Where another command changed a machine between planning and locking, the plan is made again first. Throws `.locked`
    /// with who holds a lock once the patience is over. Afterwards other machines that run are told who has come and gone.
    package func carryOut(
        _ planned: Operation, width: Int, wait: LockPatience, events: @escaping EventHandler
    ) async throws(EngineError) -> ExecutionReport {
        try await mend(planned, wait: wait)
        let report = try await carryOutLocked(planned, width: width, wait: wait, events: events)
        if let graph = planned.graph { await tellNames(graph, events) }
        try await discardIfEmpty()
        return report
    }

    /// Removes the project's state when no machine is left in it.
    package func discardIfEmpty() async throws(EngineError) {
        for _ in 0..<10 {
            let isOver = try EngineError.wrap { () throws(StateError) in
                try store.machines().isEmpty ? try store.removeIfEmpty() : true
            }
            guard !isOver else { return }
            // a program that is just being started has our locks for a moment, too; whoever really works there removes it
            do { try await Task.sleep(for: .milliseconds(5)) } catch { return }
        }
    }

    /// Writes the records anew of which only the copies could be read.
    private func mend(_ planned: Operation, wait: LockPatience) async throws(EngineError) {
        let names = planned.recorded.filter { $0.isRecovered == true }.map(\.identity.name)
        guard !names.isEmpty else { return }
        let locks = try await takeLocks(names, wait: wait)
        defer { withExtendedLifetime(locks) {} }
        try EngineError.wrap { () throws(StateError) in
            for name in names {
                if let record = try store.machine(name), record.isRecovered == true { try store.save(record) }
            }
        }
    }

    private func carryOutLocked(
        _ planned: Operation, width: Int, wait: LockPatience, events: @escaping EventHandler
    ) async throws(EngineError) -> ExecutionReport {
        guard !planned.plan.isEmpty else {
            // nothing is to be done, and yet what the machines are may not be pinned yet
            try await pin(planned)
            return ExecutionReport()
        }
        let (operation, locks) = try await lock(planned, wait: wait)
        defer { withExtendedLifetime(locks) {} }
        try await pin(operation)
        let connections = Connections(components.makeCommunicator)
        let runner = StepRunner(
            components: components, store: store, operation: operation, connections: connections, events: events)
        var report = await Executor(width: width, pools: pools(of: operation)).run(operation.plan, events: events) {
            step throws(StepFailure) in
            try await runner.perform(step)
        }
        let failed = report.failedMachines
        report.reached = connections.ways.filter { !failed.contains($0.key) }.mapValues(\.seen)
        await connections.closeAll()
        return report
    }

    /// Writes into the lock file which boxes of the store the machines start from, and puts away what a killed command left of
    /// getting them.
    private func pin(_ operation: Operation) async throws(EngineError) {
        guard let lockFile = operation.lockFile else { return }
        await components.supply.discardStoredParts()
        do throws(CatalogError) {
            try await EnvfileLock.pin(operation.machines.values.compactMap(\.pin), in: lockFile, of: components.host)
        } catch { throw .catalog(error) }
    }

    /// The operation as it is right now, with the locks of all its machines.
    private func lock(_ planned: Operation, wait: LockPatience) async throws(EngineError) -> (Operation, HeldLocks) {
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

    private func takeLocks(_ machines: [MachineName], wait: LockPatience) async throws(EngineError) -> HeldLocks {
        var said: String?
        while true {
            do throws(StateError) { return try store.lock(machines) } catch {
                guard error.isLocked, !wait.isOver else {
                    throw EngineError(error.isLocked ? .locked : .state, error.message, help: error.help)
                }
                if said != error.message { wait.told(error.message) }
                said = error.message
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
