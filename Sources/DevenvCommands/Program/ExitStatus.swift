/// How a command ended, for the shell that started it.
package enum ExitStatus: Hashable, Sendable {
    /// Everything is as asked for.
    case done
    /// An operation failed.
    case failed
    /// The Envfile can't be used.
    case invalidEnvfile
    /// Some machines failed, others are done.
    case partlyFailed
    /// Another command holds a lock.
    case locked
    /// `plan` found changes.
    case changes
    /// The command line is wrong.
    case usage
    /// A signal ended it.
    case interrupted
    /// What a command in a machine returned.
    case remote(Int)

    /// The number that the shell gets.
    package var code: Int32 {
        switch self {
        case .done: 0
        case .failed: 1
        case .invalidEnvfile: 2
        case .partlyFailed: 3
        case .locked: 4
        case .changes: 10
        case .usage: 64
        case .interrupted: 130
        case .remote(let status): Int32(truncatingIfNeeded: status & 0xFF)
        }
    }

    /// The word for it in JSON.
    package var word: String {
        switch self {
        case .done: "done"
        case .failed, .remote: "failed"
        case .invalidEnvfile: "invalid-envfile"
        case .partlyFailed: "partly-failed"
        case .locked: "locked"
        case .changes: "changes"
        case .usage: "usage"
        case .interrupted: "interrupted"
        }
    }
}
