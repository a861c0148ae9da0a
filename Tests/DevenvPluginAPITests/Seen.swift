import DevenvPluginAPI
import Synchronization

/// The output that a handler got.
final class Seen: Sendable {
    private let streams = Mutex<[OutputStream: [UInt8]]>([:])

    /// Takes output.
    var handler: OutputHandler { { stream, bytes in self.streams.withLock { $0[stream, default: []] += bytes } } }

    /// What came on a stream.
    func text(_ stream: OutputStream) -> String {
        streams.withLock { String(decoding: $0[stream] ?? [], as: UTF8.self) }
    }
}
