/// Cuts a stream of bytes into lines, however its chunks fall. LF, CRLF and CR end a line, so that a progress bar which
/// repaints itself with CR becomes lines as well.
package struct LineSplitter: Sendable {
    /// The longest line that is kept together; a longer one is cut, so that memory stays bounded.
    package static let limit = 16 << 10

    private var pending: [UInt8] = []
    private var lastWasReturn = false

    /// Starts with nothing.
    package init() {}

    /// The lines that these bytes complete, repaired where they are not UTF-8.
    package mutating func feed(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            let isSecondHalf = byte == UInt8(ascii: "\n") && lastWasReturn
            lastWasReturn = byte == UInt8(ascii: "\r")
            if isSecondHalf { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                lines.append(take())
            } else {
                pending.append(byte)
                if pending.count == Self.limit { lines.append(take()) }
            }
        }
        return lines
    }

    /// What is left without a line's end, nil for nothing.
    package mutating func finish() -> String? {
        pending.isEmpty ? nil : take()
    }

    /// What stands after the last line's end so far.
    package var partial: String { String(decoding: pending, as: UTF8.self) }

    private mutating func take() -> String {
        defer { pending.removeAll(keepingCapacity: true) }
        return String(decoding: pending, as: UTF8.self)
    }
}
