import Dispatch
import Glibc

/// A question to the user.
struct Prompt: Sendable {
    let context: CommandContext

    /// What came of it.
    enum Answer: Hashable, Sendable {
        /// The user says yes.
        case yes
        /// The user says anything else.
        case no
        /// The user interrupts the command.
        case interrupted
        /// There is no terminal to ask on; that is never a yes.
        case impossible
    }

    /// Asks.
    func ask(_ question: String) async -> Answer {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return .impossible }
        context.console.say("\(question) [y/N] ")
        guard let answer = await line() else { return .interrupted }
        return ["y", "yes"].contains(answer.lowercased()) ? .yes : .no
    }

    /// A line from standard input, nil where the user interrupts. On a thread of its own, as reading waits for a human.
    private func line() async -> String? {
        let interruption = context.interruption
        return await withCheckedContinuation { continuation in
            DispatchQueue(label: "devenv.prompt").async {
                continuation.resume(returning: Self.read { interruption.isRequested })
            }
        }
    }

    private static func read(until isInterrupted: () -> Bool) -> String? {
        var bytes: [UInt8] = []
        while !isInterrupted() {
            var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 100) > 0 else { continue }
            var byte: UInt8 = 0
            guard Glibc.read(STDIN_FILENO, &byte, 1) == 1, byte != UInt8(ascii: "\n") else {
                return String(decoding: bytes, as: UTF8.self)
            }
            bytes.append(byte)
        }
        return nil
    }
}
