import DevenvHost
import SystemPackage

/// Why something could not be downloaded.
package struct DownloadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    package struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// The server does not have it.
        package static let missing = Code("missing")
        /// The server wants to know who asks, or refuses whoever asked.
        package static let refused = Code("refused")
        /// What came is not what was asked for: a web page, or other bytes than the checksum says.
        package static let wrongContent = Code("wrong content")
        /// The server is not who it claims to be, or can't be talked to safely.
        package static let untrusted = Code("untrusted")
        /// The server can't be reached, or broke off each time.
        package static let unreachable = Code("unreachable")
        /// No space is left.
        package static let diskFull = Code("disk full")
        /// Another process has been downloading the same file for too long.
        package static let busy = Code("busy")
        /// curl is not installed.
        package static let toolMissing = Code("tool missing")
        /// The command was interrupted.
        package static let cancelled = Code("cancelled")
        /// Something else failed.
        package static let failed = Code("failed")
    }

    /// What kind of failure it is.
    package let code: Code
    /// What was attempted, on what, and why it failed; lower case, without a full stop.
    package let message: String
    /// What to do about it.
    package let help: String?

    init(_ code: Code, _ message: String, help: String? = nil) {
        self.code = code
        self.message = message
        self.help = help
    }

    /// The message and the help on one line.
    package var description: String { help.map { "\(message); \($0)" } ?? message }
}

extension DownloadError {
    static func interrupted(_ attempt: String) -> DownloadError {
        DownloadError(
            .cancelled, "\(attempt): interrupted", help: "what has come is kept: the same command goes on from there")
    }

    /// Translates a failure with a file of ours.
    static func file(_ error: HostError, _ attempt: String) -> DownloadError {
        switch error.errno {
        case .noSpace, .diskQuotaExceeded:
            DownloadError(
                .diskFull, "\(attempt): no space left on the device",
                help: "free some space and run the command again, which goes on from what has come; "
                    + "'devenv box gc' removes what nobody needs")
        default: DownloadError(.failed, "\(attempt): \(error.description)")
        }
    }

    static func wrap<Value: ~Copyable>(_ attempt: String, _ body: () throws(HostError) -> Value) throws(DownloadError)
        -> Value
    {
        do { return try body() } catch { throw .file(error, attempt) }
    }

    /// Translates a tool that could not be run to its end.
    static func tool(_ error: ToolError, _ attempt: String) -> DownloadError {
        switch error.code {
        case .missing:
            DownloadError(
                .toolMissing, "\(attempt): 'curl' is not installed", help: "run 'apt-get install curl'")
        case .cancelled: .interrupted(attempt)
        default: DownloadError(.failed, "\(attempt): \(error.description)")
        }
    }
}
