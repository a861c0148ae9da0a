import DevenvModel
import DevenvPluginAPI

/// Stands where the synchroniser by rsync will stand: it says so, and does nothing.
struct MissingSynchronizer: FolderSynchronizer {
    private let error = SyncError(
        "this devenv was built without synced folders", help: "remove 'sync' from the Envfile")

    func fingerprint(_ folder: SyncedFolder) async throws(SyncError) -> String { throw error }

    func push(
        _ folder: SyncedFolder, to endpoint: SSHEndpoint, over communicator: any Communicator
    ) async throws(SyncError) -> SyncSummary {
        throw error
    }
}
