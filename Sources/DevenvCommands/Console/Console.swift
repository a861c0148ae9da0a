import Glibc
import SystemPackage

/// The command's three streams: answers go to standard output, everything else to standard error.
package struct Console: Sendable {
    /// Takes bytes; used for one stream.
    package typealias Sink = @Sendable ([UInt8]) -> Void

    /// What the other end of a stream can show.
    package struct Surface: Hashable, Sendable {
        /// Whether it is a terminal that can be repainted.
        package let isTerminal: Bool
        /// Its colours.
        package let style: TextStyle
        /// Whether it shows more than ASCII.
        package let isUnicode: Bool

        /// Describes a surface.
        package init(isTerminal: Bool, style: TextStyle, isUnicode: Bool = true) {
            self.isTerminal = isTerminal
            self.style = style
            self.isUnicode = isUnicode
        }

        /// A file or a pipe.
        package static let file = Surface(isTerminal: false, style: .plain)
    }

    /// Standard output.
    package let answers: Surface
    /// Standard error.
    package let messages: Surface
    private let output: Sink
    private let error: Sink

    /// Joins two sinks and what is behind them.
    package init(answers: Surface, messages: Surface, output: @escaping Sink, error: @escaping Sink) {
        self.answers = answers
        self.messages = messages
        self.output = output
        self.error = error
    }

    /// The process's own streams.
    package init(color: ColorChoice, environment: [String: String]) {
        self.init(
            answers: color.surface(of: .standardOutput, environment),
            messages: color.surface(of: .standardError, environment),
            output: { Self.write($0, to: .standardOutput) }, error: { Self.write($0, to: .standardError) })
    }

    /// Writes an answer.
    package func answer(_ text: String) { output(Array(text.utf8)) }

    /// Writes to standard error.
    package func say(_ text: String) { error(Array(text.utf8)) }

    /// Writes bytes as they are.
    package func write(_ bytes: [UInt8], toAnswers: Bool) { toAnswers ? output(bytes) : error(bytes) }

    /// Ends this process as SIGPIPE does where nobody reads its answers any more: for commands that have nothing to finish.
    package static func endUnlessHeard() {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        guard poll(&output, 1, 0) > 0, Int32(output.revents) & POLLERR != 0 else { return }
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
    }

    /// How many columns and rows the terminal behind standard error has at this moment.
    package static func terminalSize() -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
        return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : 24)
    }

    /// Whether the terminal behind standard error takes this process's group for the one that the user talks to, as opposed to one
    /// in the background (tcgetpgrp(3)); true where nothing says otherwise, as in a process namespace of its own.
    package static func isForeground() -> Bool {
        let group = tcgetpgrp(STDERR_FILENO)
        return group <= 0 || group == getpgrp()
    }

    private static func write(_ bytes: [UInt8], to file: FileDescriptor) {
        // A reader that has gone away (`devenv status | head -1`) is no reason to stop a machine half-way.
        _ = try? file.writeAll(bytes)
    }
}
