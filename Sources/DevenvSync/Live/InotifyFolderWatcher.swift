package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

/// Watches folders with inotify(7) and sends what changes to a shell in the machine, over one connection; whatever single changes
/// don't tell goes by rsync.
package struct InotifyFolderWatcher: FolderWatcher {
    private let synchronizer: RsyncSynchronizer

    /// Makes a watcher that runs rsync with the runner.
    package init(runner: any ToolRunner) { synchronizer = RsyncSynchronizer(runner: runner) }

    /// Watches one folder until the task is cancelled.
    package func watch(
        _ folder: SyncedFolder, to endpoint: SSHEndpoint, over communicator: any Communicator, lock: FilePath,
        patient: Bool, report: @escaping @Sendable (LiveEvent) -> Void
    ) async throws(SyncError) {
        let live = LiveFolder(
            folder: folder, endpoint: endpoint, communicator: communicator, lock: lock, synchronizer: synchronizer,
            report: report)
        try await live.run(patient: patient)
    }
}
