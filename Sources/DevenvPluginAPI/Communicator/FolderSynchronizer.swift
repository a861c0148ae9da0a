package import DevenvModel

/// What one synchronisation moved.
package struct SyncSummary: Hashable, Sendable, Codable {
    /// Files whose content was sent or which were removed.
    package let changedFiles: Int
    /// Bytes of content that were sent.
    package let sentBytes: Int64

    /// Makes a summary.
    package init(changedFiles: Int, sentBytes: Int64) {
        self.changedFiles = changedFiles
        self.sentBytes = sentBytes
    }
}

/// What came of one synchronisation.
package struct SyncResult: Hashable, Sendable {
    /// What it moved.
    package let summary: SyncSummary
    /// What the synchronizer learned of the machine and wants to be told the next time, so that it need not ask again;
    /// nobody else reads it.
    package let memory: String?

    /// Makes a result.
    package init(summary: SyncSummary, memory: String? = nil) {
        self.summary = summary
        self.memory = memory
    }
}

/// Why a folder could not be synchronised.
package struct SyncError: Error, Sendable, CustomStringConvertible {
    /// What was attempted, on what, and why it failed; lower case, without a full stop.
    package let message: String
    /// What to do about it.
    package let help: String?
    /// Whether the command was interrupted.
    package let isCancellation: Bool

    /// Makes an error.
    package init(_ message: String, help: String? = nil, isCancellation: Bool = false) {
        self.message = message
        self.help = help
        self.isCancellation = isCancellation
    }

    /// The message and the help on one line.
    package var description: String { help.map { "\(message); \($0)" } ?? message }
}

/// Keeps folders of the host equal in a machine.
package protocol FolderSynchronizer: FileCarrier, FolderReturner {
    /// A digest of what would be sent (names, sizes, times; not contents), to tell whether a folder has changed since it
    /// was last synchronised. Reads only the host.
    ///
    /// With a moment (since 1970, by the clock of the host's files) the answer is nil where something of the folder changed
    /// then or later. So the digest may be worked out while the folder is sent: nil says that it may not be of what was sent.
    func fingerprint(_ folder: SyncedFolder, unchangedSince moment: Duration?) async throws(SyncError) -> String?

    /// Makes the machine's folder equal to the host's. `.devenv/` is never sent. `memory` is what the last push of this
    /// folder to this machine returned; where it is no longer true, it is found out again.
    func push(
        _ folder: SyncedFolder, to endpoint: SSHEndpoint, over communicator: any Communicator, knowing memory: String?
    ) async throws(SyncError) -> SyncResult
}
