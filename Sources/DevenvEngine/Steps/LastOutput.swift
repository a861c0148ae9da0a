import Synchronization

/// The end of some output, for messages.
final class LastOutput: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    /// Adds output; only the last kilobyte is kept.
    func append(_ more: [UInt8]) {
        bytes.withLock { $0 = Array(($0 + more).suffix(1024)) }
    }

    /// The last line that is not empty.
    var lastLine: String {
        let text = bytes.withLock { String(decoding: $0, as: UTF8.self) }
        return text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
    }
}
