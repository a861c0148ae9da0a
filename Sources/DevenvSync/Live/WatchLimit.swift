import DevenvPluginAPI
import SystemPackage

/// Why a folder can't be watched.
enum WatchLimit {
    /// The kernel's limits have errors of their own (inotify_add_watch(2), inotify_init(2)), which say nothing to who meets them.
    static func error(_ error: Errno, _ folder: FilePath) -> SyncError {
        switch error {
        case .noSpace:
            SyncError(
                "watching '\(folder)': this user may watch no more directories (fs.inotify.max_user_watches)",
                help: "run 'sysctl -w fs.inotify.max_user_watches=524288' as root, or exclude large folders")
        case .tooManyOpenFiles:
            SyncError(
                "watching '\(folder)': this user may have no more programs that watch (fs.inotify.max_user_instances)",
                help: "run 'sysctl -w fs.inotify.max_user_instances=512' as root")
        default: SyncError("watching '\(folder)': \(error)", isCancellation: error == .canceled)
        }
    }
}
