import DevenvHost
import DevenvPluginAPI

/// Why a load was not carried, from rsync's exit status (rsync(1), "EXIT VALUES").
enum LoadFailure {
    /// The error; nil where there is none.
    static func error(_ outcome: ToolOutcome, _ load: FileLoad) -> SyncError? {
        let reason = outcome.complaint.isEmpty ? "rsync ended with status \(outcome.status)" : outcome.complaint
        let message = "\(load.attempt): \(reason)"
        return switch outcome.status {
        case 0: nil
        case 11: SyncError(message, help: "check the free space \(load.receiver)")
        case 23 where !load.asRoot: SyncError(message, help: "where permission is missing, '--sudo' does it as root")
        case 30, 35: SyncError("\(load.attempt): nothing moved for two minutes: \(reason)")
        case 12, 255: SyncError("\(load.attempt): the connection failed: \(reason)")
        default: SyncError(message)
        }
    }
}

extension FileLoad {
    /// Where what is carried arrives, in words.
    fileprivate var receiver: String {
        if case .upload = way { "in the machine" } else { "on this host" }
    }
}
