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

/// What a folder of the host is.
package struct FolderReading: Hashable, Sendable {
    /// The digest of what would be sent; nil where something changed since the moment that was given.
    package let fingerprint: String?
    /// The content of a file for the next time something comes back, to be written once everything was sent. What has changed
    /// since the moment is not in it, and counts as changed.
    package let base: [UInt8]

    /// Makes it.
    package init(fingerprint: String?, base: [UInt8]) {
        self.fingerprint = fingerprint
        self.base = base
    }
}

/// What the two sides of a folder are.
package struct FolderComparison: Hashable, Sendable {
    /// What the host's is.
    package let reading: FolderReading
    /// Whether the machine's is known to be equal.
    package let isEqual: Bool

    /// Makes it.
    package init(reading: FolderReading, isEqual: Bool) {
        self.reading = reading
        self.isEqual = isEqual
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
    func fingerprint(_ folder: SyncedFolder) async throws(SyncError) -> String

    /// What the host's folder is. It may be worked out while the folder is sent: what has changed since the moment (since 1970, by
    /// the clock of the host's files) may not be what was sent. Reads only the host, once.
    func reading(of folder: SyncedFolder, unchangedSince moment: Duration) async throws(SyncError) -> FolderReading

    /// The same, and whether the machine's folder is equal to it, which one look into the machine tells. `memory` is what the last
    /// push returned, `fingerprint` the host's folder at that time: where that has changed, nobody waits for the look. False
    /// where the look does not tell.
    func comparison(
        of folder: SyncedFolder, unchangedSince moment: Duration, over communicator: any Communicator,
        knowing memory: String, fingerprint: String
    ) async throws(SyncError) -> FolderComparison

    /// Makes the machine's folder equal to the host's. `.devenv/` is never sent. `memory` is what the last push of this
    /// folder to this machine returned; where it is no longer true, it is found out again.
    func push(
        _ folder: SyncedFolder, to endpoint: SSHEndpoint, over communicator: any Communicator, knowing memory: String?
    ) async throws(SyncError) -> SyncResult
}
