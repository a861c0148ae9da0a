import Dispatch
import Glibc

/// A question to the user.
struct Prompt: Sendable {
    let context: CommandContext

    /// Whether the user says yes. Without a terminal to ask on, that is an error and never a yes.
    func confirms(_ question: String, insteadUse option: String) async throws -> Bool {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw CommandFailure.failed(
                "this needs a confirmation, and there is no terminal to ask on",
                help: "say \(option) to do it without asking")
        }
        context.console.say("\(question) [y/N] ")
        let answer = await line()
        guard let answer else { throw CommandFailure.interrupted }
        return ["y", "yes"].contains(answer.lowercased())
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
