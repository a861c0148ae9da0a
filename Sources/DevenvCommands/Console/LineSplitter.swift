/// Cuts a stream of bytes into lines, however its chunks fall. LF, CRLF and CR end a line, so that a progress bar which
/// repaints itself with CR becomes lines as well.
package struct LineSplitter: Sendable {
    /// The longest line that is kept together; a longer one is cut, so that memory stays bounded.
    package static let limit = 16 << 10

    /// A line, and whether a terminal would have shown it in place of the one before, which ended with CR alone.
    package struct Line: Hashable, Sendable {
        /// What it says.
        package let text: String
        /// Whether the one before is not to be seen any more.
        package let replacesFormer: Bool
    }

    private var pending: [UInt8] = []
    private var lastWasReturn = false
    /// Whether what is written now overwrites the line before.
    private var overwrites = false

    /// Starts with nothing.
    package init() {}

    /// The lines that these bytes complete, repaired where they are not UTF-8.
    package mutating func feed(_ bytes: [UInt8]) -> [String] { feedLines(bytes).map(\.text) }

    /// The same, with what is known of each.
    package mutating func feedLines(_ bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        for byte in bytes {
            let isSecondHalf = byte == UInt8(ascii: "\n") && lastWasReturn
            let isReturn = byte == UInt8(ascii: "\r")
            lastWasReturn = isReturn
            if isSecondHalf {
                overwrites = false
            } else if byte == UInt8(ascii: "\n") || isReturn {
                lines.append(take(overwriting: isReturn))
            } else {
                pending.append(byte)
                if pending.count == Self.limit { lines.append(take(overwriting: false)) }
            }
        }
        return lines
    }

    /// What is left without a line's end, nil for nothing.
    package mutating func finish() -> String? {
        pending.isEmpty ? nil : take(overwriting: false).text
    }

    /// What stands after the last line's end so far.
    package var partial: String { String(decoding: pending, as: UTF8.self) }

    /// The same, with what is known of it.
    package var partialLine: Line { Line(text: partial, replacesFormer: overwrites) }

    private mutating func take(overwriting: Bool) -> Line {
        defer {
            pending.removeAll(keepingCapacity: true)
            overwrites = overwriting
        }
        return partialLine
    }
}
