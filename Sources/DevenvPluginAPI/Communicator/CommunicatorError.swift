/// Why a machine could not be talked to.
package struct CommunicatorError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    package struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// Nobody listens there.
        package static let refused = Code("refused")
        /// Nobody answered in time.
        package static let silent = Code("silent")
        /// The host key is not the one that the machine was made with.
        package static let wrongHostKey = Code("wrong host key")
        /// The user's key was not accepted.
        package static let authentication = Code("authentication")
        /// The connection broke.
        package static let connectionLost = Code("connection lost")
        /// A command took longer than it may.
        package static let timedOut = Code("timed out")
        /// A file of this host could not be read.
        package static let localFile = Code("local file")
        /// Anything else that the protocol reports.
        package static let failed = Code("failed")
        /// The command was interrupted.
        package static let cancelled = Code("cancelled")
    }

    /// What kind of failure it is.
    package let code: Code
    /// What was attempted, on what, and why it failed; lower case, without a full stop.
    package let message: String

    /// Makes an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
