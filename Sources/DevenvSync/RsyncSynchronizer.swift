import DevenvDiagnostics
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// Keeps folders equal with rsync over the system's ssh.
package struct RsyncSynchronizer: FolderSynchronizer {
    let runner: any ToolRunner

    /// Makes a synchronizer that runs programs with the runner.
    package init(runner: any ToolRunner = SystemToolRunner()) {
        self.runner = runner
    }

    /// A digest of the folder's settings and of the names, kinds, sizes, times and modes of what is in it, read on a
    /// thread of its own. Excluded files are left out where their pattern is a simple one; those of other patterns are
    /// in, so that a change of them is at worst sent for nothing.
    package func fingerprint(_ folder: SyncedFolder) async throws(SyncError) -> String {
        try await read(folder, noting: nil).fingerprint
    }

    /// The same, with the common ground: both in one walk.
    package func reading(of folder: SyncedFolder, unchangedSince moment: Duration) async throws(SyncError)
        -> FolderReading
    {
        let reading = try await read(folder, noting: moment)
        return FolderReading(
            fingerprint: reading.newestChange < moment ? reading.fingerprint : nil, base: reading.base)
    }

    /// Looks with find, which takes a fraction of what rsync takes to find that nothing is to be done.
    package func comparison(
        of folder: SyncedFolder, unchangedSince moment: Duration, over communicator: any Communicator,
        knowing memory: String, fingerprint: String
    ) async throws(SyncError) -> FolderComparison {
        // rsync's own arguments may choose files, and change what is sent of them
        let receiver = folder.arguments.isEmpty ? RsyncCall.Receiver(memory: memory, of: folder) : nil
        let look = receiver.map { GuestLook(folder: folder, receiver: $0) }
        async let records = look?.records(over: communicator)
        let reading = try await reading(of: folder, unchangedSince: moment)
        guard reading.fingerprint == fingerprint, let look, let records = await records else {
            return FolderComparison(reading: reading, isEqual: false)
        }
        return FolderComparison(reading: reading, isEqual: look.shows(records, equalTo: reading.base))
    }

    private func read(_ folder: SyncedFolder, noting moment: Duration?) async throws(SyncError) -> FolderWalker.Reading
    {
        try checkSource(folder)
        do throws(Errno) { return try await FolderWalker().read(folder, noting: moment) } catch {
            throw SyncError("reading '\(folder.source.value)' to see what has changed: \(error)")
        }
    }

    /// Makes the machine's folder equal to the host's. Repeating it sends what has changed since.
    ///
    /// Who writes in the machine is remembered: asking takes a connection of its own. Where what is remembered fails, the
    /// machine is asked, and the rest of the folder is sent.
    package func push(
        _ folder: SyncedFolder, to endpoint: SSHEndpoint, over communicator: any Communicator, knowing memory: String?
    ) async throws(SyncError) -> SyncResult {
        try checkSource(folder)
        let attempt = "syncing '\(folder.source.value)' to '\(folder.target)'"
        if let known = memory.flatMap({ RsyncCall.Receiver(memory: $0, of: folder) }) {
            let outcome = try await transfer(RsyncCall(folder: folder, endpoint: endpoint, receiver: known), attempt)
            if RsyncReport.failure(outcome, attempt) == nil {
                return SyncResult(summary: RsyncReport.summary(of: outcome.standardOutput), memory: memory)
            }
        }
        let receiver = try await ReceiverPreparation.run(folder, communicator, attempt)
        let outcome = try await transfer(RsyncCall(folder: folder, endpoint: endpoint, receiver: receiver), attempt)
        if let failure = RsyncReport.failure(outcome, attempt) { throw failure }
        return SyncResult(
            summary: RsyncReport.summary(of: outcome.standardOutput), memory: receiver.memory(of: folder))
    }

    func transfer(_ call: RsyncCall, _ attempt: String) async throws(SyncError) -> ToolOutcome {
        do throws(ToolError) { return try await runner.run(call.invocation) } catch {
            let help = error.code == .missing ? "install rsync on this host" : nil
            throw SyncError("\(attempt): \(error)", help: help, isCancellation: error.code == .cancelled)
        }
    }

    /// Throws where the host's folder is none.
    func checkSource(_ folder: SyncedFolder) throws(SyncError) {
        let source = folder.source.value
        guard HostFiles.exists(source) else {
            throw SyncError("the folder '\(source)' to sync does not exist", help: "make it or correct 'sync'")
        }
        guard HostFiles.kind(source.appending(".")) == .directory else {
            throw SyncError("'\(source)' to sync is not a folder", help: "use 'provision: file' for single files")
        }
    }
}
