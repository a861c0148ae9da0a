import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// A comparison of everything by rsync: at the beginning, and whenever single changes don't tell the difference.
struct LiveComparison: Sendable {
    let folder: SyncedFolder
    let endpoint: SSHEndpoint
    let synchronizer: RsyncSynchronizer

    /// rsync's status where not everything could be read or written (rsync(1), "EXIT VALUES"): the rest is equal.
    private static let partial = 23

    /// Makes the machine's folder equal; `problem` says what could not be sent, where something could not.
    func run(
        with receiver: RsyncCall.Receiver
    ) async throws(SyncError) -> (summary: SyncSummary, problem: String?) {
        var folder = folder
        // an empty folder may be one that is about to be filled, as by a clone: nothing is removed for its sake
        if isEmpty { folder.delete = false }
        let attempt = "syncing '\(folder.source.value)' to '\(folder.target)'"
        let call = RsyncCall(folder: folder, endpoint: endpoint, receiver: receiver, isLive: true)
        let outcome = try await synchronizer.transfer(call, attempt)
        let failure = RsyncReport.failure(outcome, attempt)
        if let failure, outcome.status != Self.partial { throw failure }
        return (RsyncReport.summary(of: outcome.standardOutput), failure?.message)
    }

    private var isEmpty: Bool {
        // one that can't be read is none of ours to judge: rsync complains
        let entries = try? DirectoryEntries.list(FolderLocation(folder).path(of: .root))
        return entries?.isEmpty ?? true
    }
}
