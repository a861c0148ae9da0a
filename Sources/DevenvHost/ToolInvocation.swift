package import SystemPackage

/// A call of a program, as a value: built by pure functions, tested by its arguments, carried out by a `ToolRunner`.
package struct ToolInvocation: Hashable, Sendable {
    /// Where the program's output goes.
    package enum Output: Hashable, Sendable {
        /// Into the outcome, up to this many bytes for each of the two; more is an error.
        case captured(limit: Int)
        /// Both appended to this file, which is made where it is missing. For programs whose children keep their output
        /// open (`runc create`): a pipe would hang the caller for as long as these live.
        case file(FilePath)
    }

    /// The program's name, looked up in `PATH`, or its absolute path.
    package var tool: String
    /// Its arguments, without the program itself.
    package var arguments: [String]
    /// Variables beside the inherited ones. `LC_ALL=C` and `LANG=C` are always set, so that messages can be read.
    package var environment: [String: String]
    /// Where it runs; nil for the command's own working directory.
    package var directory: FilePath?
    /// What it reads on its standard input.
    package var input: [UInt8]
    /// Where its output goes.
    package var output: Output
    /// How long it may take before it is ended (SIGTERM, then SIGKILL).
    package var timeout: Duration
    /// Whether the program is ended with this process, even where SIGKILL ends that: for those that write for long, which would
    /// go on with what nobody wants any more. It is given no input.
    package var endsWithCaller: Bool

    /// Describes a call.
    package init(
        _ tool: String, _ arguments: [String], environment: [String: String] = [:], directory: FilePath? = nil,
        input: [UInt8] = [], output: Output = .captured(limit: 16 << 20), timeout: Duration = .seconds(120),
        endsWithCaller: Bool = false
    ) {
        self.tool = tool
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.input = input
        self.output = output
        self.timeout = timeout
        self.endsWithCaller = endsWithCaller
    }
}

extension ToolInvocation: CustomStringConvertible {
    /// The command line as a shell would take it, for messages.
    package var description: String { ([tool] + arguments).map(ShellWord.quote).joined(separator: " ") }
}

/// What came of a call that was carried out. An exit status is data: whoever made the call knows what it means.
package struct ToolOutcome: Hashable, Sendable {
    /// The exit status, 128 and the signal's number where a signal ended it.
    package let status: Int
    /// What it wrote to its standard output.
    package let standardOutput: [UInt8]
    /// What it wrote to its standard error.
    package let standardError: [UInt8]

    /// Makes an outcome.
    package init(status: Int, standardOutput: [UInt8] = [], standardError: [UInt8] = []) {
        self.status = status
        self.standardOutput = standardOutput
        self.standardError = standardError
    }

    /// The output as text, repaired where it is not UTF-8.
    package var text: String { String(decoding: standardOutput, as: UTF8.self) }
    /// The last lines of the error output as one line for a message.
    package var complaint: String {
        let lines = String(decoding: standardError, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.suffix(3).joined(separator: "; ")
    }
}

/// Carries out calls of programs.
package protocol ToolRunner: Sendable {
    /// Runs a program to its end. Cancelling the task ends the program and throws `.cancelled`.
    func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome
}

/// Why a program could not be run to its end.
package struct ToolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    package enum Code: Hashable, Sendable {
        /// There is no such program.
        case missing
        /// It took longer than it may and was ended.
        case timedOut
        /// It wrote more than the limit.
        case tooMuchOutput
        /// The task was cancelled and the program ended.
        case cancelled
        /// It could not be started or watched.
        case failed
    }

    /// What kind of failure it is.
    package let code: Code
    /// The program.
    package let tool: String
    /// The whole message.
    package let description: String

    /// Makes an error.
    package init(_ code: Code, tool: String, _ description: String) {
        self.code = code
        self.tool = tool
        self.description = description
    }
}
