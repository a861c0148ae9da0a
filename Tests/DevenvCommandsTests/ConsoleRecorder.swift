import DevenvCommands
import Synchronization

/// A console that keeps what is written.
final class ConsoleRecorder: Sendable {
    private let texts = Mutex<(output: [UInt8], error: [UInt8])>(([], []))

    /// The console, as if these were behind it.
    func console(_ surface: Console.Surface = .file) -> Console {
        Console(
            answers: surface, messages: surface,
            output: { bytes in self.texts.withLock { $0.output += bytes } },
            error: { bytes in self.texts.withLock { $0.error += bytes } })
    }

    /// What came to standard output.
    var output: String { String(decoding: texts.withLock(\.output), as: UTF8.self) }
    /// What came to standard error.
    var error: String { String(decoding: texts.withLock(\.error), as: UTF8.self) }
}
