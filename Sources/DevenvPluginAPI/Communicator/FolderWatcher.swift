package import DevenvModel
package import SystemPackage

/// What happens while a folder is watched.
package enum LiveEvent: Hashable, Sendable {
    /// Nothing can be sent until something is as it should be: the machine is down, the folder is gone. Why.
    case waiting(String)
    /// The whole folder is compared.
    case comparing
    /// Changes are sent as they happen; what could not be sent, where something could not.
    case watching(problem: String?)
    /// Something was sent: how much, how long it took from when it was read, and whether by a comparison of everything. Whatever
    /// had changed before the moment (since 1970, by the clock of the host's files) is in the machine then.
    case sent(SyncSummary, Duration, isComparison: Bool, until: Duration)
}

/// Sends the changes of a folder as they happen.
package protocol FolderWatcher: Sendable {
    /// Makes the machine's folder equal and keeps it so, until the task is cancelled: over connections that break, and while the
    /// folder or the machine is gone for some time. Nothing is removed in the machine because the folder itself went away.
    ///
    /// `lock` is a file that is locked for each transfer. Whoever is not `patient` gets what keeps the first comparison from being made
    /// as an error.
    func watch(
        _ folder: SyncedFolder, to endpoint: SSHEndpoint, over communicator: any Communicator, lock: FilePath,
        patient: Bool, report: @escaping @Sendable (LiveEvent) -> Void
    ) async throws(SyncError)
}
