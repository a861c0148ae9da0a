import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import DevenvState
import SystemPackage

/// Receives what happens to a watched folder of a machine.
package typealias LiveHandler = @Sendable (MachineName, SyncedFolder, LiveEvent) -> Void

/// The watching of one machine's folders, side by side, over one connection.
struct LiveRun: Sendable {
    let components: EngineComponents
    let store: ProjectStore
    let machine: MachineName
    let endpoint: SSHEndpoint
    let folders: [SyncedFolder]

    /// Watches until the task is cancelled. Where another process does so already: a patient one waits for its end, others throw
    /// `.locked`.
    func watch(patient: Bool, events: @escaping LiveHandler) async throws(EngineError) {
        let lock = try await takeLock(patient: patient)
        defer { withExtendedLifetime(lock) {} }
        let communicator = components.makeCommunicator(endpoint)
        let problem = await withTaskGroup(of: SyncError?.self) { group in
            for folder in folders {
                group.addTask { await failure(of: folder, communicator, patient, events) }
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            await group.waitForAll()
            return first
        }
        await communicator.close()
        guard let problem else { return }
        throw EngineError(problem.isCancellation ? .cancelled : .failed, problem.message, help: problem.help)
    }

    private func failure(
        of folder: SyncedFolder, _ communicator: any Communicator, _ patient: Bool, _ events: @escaping LiveHandler
    ) async -> SyncError? {
        guard let watcher = components.watcher else { return nil }
        do throws(SyncError) {
            try await watcher.watch(
                folder, to: endpoint, over: communicator, lock: store.folderLock(of: machine, folder.target),
                patient: patient
            ) { [machine] in events(machine, folder, $0) }
            return nil
        } catch { return error }
    }

    private func takeLock(patient: Bool) async throws(EngineError) -> HeldFileLock {
        let path = store.watcherLock(of: machine)
        let attempt: (lock: HeldFileLock?, holder: FileLock.Holder?)
        do throws(HostError) {
            if patient {
                attempt = (try await HeldFileLock.awaiting(path, command: "sync"), nil)
            } else {
                attempt = try HeldFileLock.attempt(path, command: "sync")
            }
        } catch { throw EngineError(.failed, "\(error)") }
        if let lock = attempt.lock { return lock }
        throw patient ? EngineError(.cancelled, "interrupted") : .watched(machine, by: attempt.holder)
    }
}

extension EngineError {
    fileprivate static func watched(_ machine: MachineName, by holder: FileLock.Holder?) -> EngineError {
        let who = holder.map { " by process \($0.processID)" } ?? ""
        return EngineError(
            .locked, "the folders of machine '\(machine)' are watched already\(who)",
            help: "'devenv status \(machine)' shows what becomes of them")
    }
}
