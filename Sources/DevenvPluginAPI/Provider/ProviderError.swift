package import SystemPackage

/// Why a provider could not do what it was asked for.
package struct ProviderError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for the engine and for tests; people read the message.
    package struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// A program that the provider needs is not installed.
        package static let toolMissing = Code("tool missing")
        /// The user may not do this.
        package static let notPermitted = Code("not permitted")
        /// This host or this provider can't do this.
        package static let unsupported = Code("unsupported")
        /// A port of the host is taken.
        package static let portInUse = Code("port in use")
        /// No space is left where the machine lives.
        package static let diskFull = Code("disk full")
        /// Something was not done within its time.
        package static let timedOut = Code("timed out")
        /// The request can't be carried out as it is.
        package static let invalidRequest = Code("invalid request")
        /// A system call or a tool failed.
        package static let failed = Code("failed")
        /// The command was interrupted.
        package static let cancelled = Code("cancelled")
    }

    /// What kind of failure it is.
    package let code: Code
    /// What was attempted, on what, and why it failed; lower case, without a full stop.
    package let message: String
    /// What to do about it.
    package let help: String?
    /// The port of the host that is in the way, where that is why: an automatic forward then tries another.
    package let port: UInt16?

    private init(_ code: Code, _ message: String, help: String?, port: UInt16? = nil) {
        self.code = code
        self.message = message
        self.help = help
        self.port = port
    }

    /// The message and the help on one line.
    package var description: String { help.map { "\(message); \($0)" } ?? message }

    /// A program that the provider needs is not installed.
    package static func toolMissing(_ tool: String, help: String) -> ProviderError {
        ProviderError(.toolMissing, "'\(tool)' is not installed", help: help)
    }
    /// The user may not do this.
    package static func notPermitted(_ message: String, help: String) -> ProviderError {
        ProviderError(.notPermitted, message, help: help)
    }
    /// This host or this provider can't do this.
    package static func unsupported(_ message: String, help: String? = nil) -> ProviderError {
        ProviderError(.unsupported, message, help: help)
    }
    /// A port of the host is taken.
    package static func portInUse(_ port: UInt16, _ message: String, help: String) -> ProviderError {
        ProviderError(.portInUse, message, help: help, port: port)
    }
    /// No space is left where the machine lives.
    package static func diskFull(_ message: String, help: String? = nil) -> ProviderError {
        ProviderError(.diskFull, message, help: help)
    }
    /// The file system of a directory that a machine is copied to is full.
    package static func noSpace(for attempt: String, in directory: FilePath) -> ProviderError {
        .diskFull("\(attempt): no space is left in '\(directory)'", help: "free some space: 'devenv box prune'")
    }
    /// Something was not done within its time.
    package static func timedOut(_ message: String, help: String? = nil) -> ProviderError {
        ProviderError(.timedOut, message, help: help)
    }
    /// The request can't be carried out as it is.
    package static func invalidRequest(_ message: String, help: String? = nil) -> ProviderError {
        ProviderError(.invalidRequest, message, help: help)
    }
    /// A system call or a tool failed.
    package static func failed(_ message: String, help: String? = nil) -> ProviderError {
        ProviderError(.failed, message, help: help)
    }
    /// The command was interrupted.
    package static func cancelled(_ message: String) -> ProviderError {
        ProviderError(.cancelled, message, help: nil)
    }

    /// Throws `.cancelled` where the task was: "starting the machine 'web' was interrupted".
    package static func checkCancellation(_ what: @autoclosure () -> String) throws(ProviderError) {
        if Task.isCancelled { throw .cancelled("\(what()) was interrupted") }
    }
}
