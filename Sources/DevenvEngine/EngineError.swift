/// Why a command could not be begun. What fails while a plan is carried out is in its report instead.
package struct EngineError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    package enum Code: Hashable, Sendable {
        /// Another process works on the machine.
        case locked
        /// No machine of that name is known.
        case unknownMachine
        /// No machine has a snapshot of that name.
        case unknownSnapshot
        /// The machine is not in a state for this.
        case wrongState
        /// No provider can be used, or not the one asked for.
        case provider
        /// A box is missing or damaged.
        case box
        /// Recorded state can't be read or written.
        case state
        /// The command was interrupted.
        case cancelled
        /// Anything else.
        case failed
    }

    /// What kind of failure it is.
    package let code: Code
    /// What was attempted, on what, and why it failed; lower case, without a full stop.
    package let message: String
    /// What to do about it.
    package let help: String?
    /// What else is known about it, a line each.
    package let details: [String]

    /// Makes an error.
    package init(_ code: Code, _ message: String, help: String? = nil, details: [String] = []) {
        self.code = code
        self.message = message
        self.help = help
        self.details = details
    }

    /// The message and the help on one line.
    package var description: String { help.map { "\(message); \($0)" } ?? message }
}
