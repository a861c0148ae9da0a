/// A pattern with `*`, `**`, `?` and `[…]` as rsync matches it against a whole text (rsync(1), "PATTERN MATCHING RULES").
///
/// `*`, `?` and `[…]` never match a slash, `**` does; a backslash takes the next byte as it is.
struct WildPattern: Sendable {
    private let bytes: [UInt8]

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// Whether the pattern matches the whole text.
    func matches(_ text: ArraySlice<UInt8>) -> Bool { match(0, text) == .yes }

    private enum Answer {
        case yes, no
        /// No: and a longer stretch for the `*` before would not help either.
        case noLongerStar
        /// No: and a longer stretch for the `**` before would not help either.
        case noAtAll
    }

    private func match(_ start: Int, _ whole: ArraySlice<UInt8>) -> Answer {
        var (index, text) = (start, whole)
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "*") || !text.isEmpty else { return .noAtAll }
            switch byte {
            case UInt8(ascii: "*"): return star(index, text)
            case UInt8(ascii: "?"): guard text.first != UInt8(ascii: "/") else { return .no }
            case UInt8(ascii: "["):
                guard let (end, holds) = ByteSet.read(bytes, at: index, text.first ?? 0) else { return .noAtAll }
                guard holds, text.first != UInt8(ascii: "/") else { return .no }
                index = end
            case UInt8(ascii: "\\"):
                index += 1
                guard index < bytes.count, text.first == bytes[index] else { return .no }
            default: guard text.first == byte else { return .no }
            }
            index += 1
            text = text.dropFirst()
        }
        return text.isEmpty ? .yes : .no
    }

    private func star(_ start: Int, _ whole: ArraySlice<UInt8>) -> Answer {
        let end = bytes[start...].firstIndex { $0 != UInt8(ascii: "*") } ?? bytes.count
        let crosses = end - start > 1
        guard end < bytes.count else { return crosses || !whole.contains(UInt8(ascii: "/")) ? .yes : .no }
        var text = whole
        while true {
            switch match(end, text) {
            case .yes: return .yes
            case .noAtAll: return .noAtAll
            case .noLongerStar where !crosses: return .noLongerStar
            case .no, .noLongerStar: break
            }
            guard let first = text.first else { return .noAtAll }
            if !crosses, first == UInt8(ascii: "/") { return .noLongerStar }
            text = text.dropFirst()
        }
    }
}
