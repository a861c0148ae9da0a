import DevenvDownload
import DevenvHost

/// Why something with a catalog could not be done.
package struct CatalogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    package struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// There is no such catalog, box, version or file.
        package static let missing = Code("missing")
        /// What is there can't be read as a catalog.
        package static let invalid = Code("invalid")
        /// A signature is missing or wrong, or what came is not what the catalog or the lock says.
        package static let untrusted = Code("untrusted")
        /// It is there already.
        package static let taken = Code("taken")
        /// A program that is needed is not installed.
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

    /// Describes a failure.
    package init(_ code: Code, _ message: String, help: String? = nil) {
        self.code = code
        self.message = message
        self.help = help
    }

    /// The message and the help on one line.
    package var description: String { help.map { "\(message); \($0)" } ?? message }
}

extension CatalogError {
    /// Translates a failure with a file.
    static func file(_ error: HostError, _ attempt: String) -> CatalogError {
        CatalogError(.failed, "\(attempt): \(error.description)")
    }

    static func wrap<Value: ~Copyable>(_ attempt: String, _ body: () throws(HostError) -> Value) throws(CatalogError)
        -> Value
    {
        do { return try body() } catch { throw .file(error, attempt) }
    }

    /// Translates a failure of a download.
    static func download(_ error: DownloadError) -> CatalogError {
        let code: Code =
            switch error.code {
            case .missing: .missing
            case .cancelled: .cancelled
            case .untrusted: .untrusted
            case .toolMissing: .toolMissing
            case .wrongContent: .invalid
            default: .failed
            }
        return CatalogError(code, error.message, help: error.help)
    }

    /// Translates a tool that could not be run to its end.
    static func tool(_ error: ToolError, _ attempt: String, package: String) -> CatalogError {
        switch error.code {
        case .missing:
            CatalogError(
                .toolMissing, "\(attempt): '\(error.tool)' is not installed", help: "run 'apt-get install \(package)'")
        case .cancelled: CatalogError(.cancelled, "\(attempt): interrupted")
        default: CatalogError(.failed, "\(attempt): \(error.description)")
        }
    }
}
