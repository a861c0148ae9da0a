/// The lines of one project in a hosts(5) of this host, between two marks; pure.
///
/// Marks name the project's directory, which is known even when nothing else of the project is left. Whatever stands around
/// the block stays as it is, byte for byte, and is the same again when the block is gone.
struct HostsBlock {
    private let first: [UInt8]
    private let last: [UInt8]
    /// In place of `first` where the block was put behind a last line that had no end.
    private let joined: [UInt8]

    /// The block of the project in this directory.
    init(directory: String) {
        // a directory's name may have line ends, a mark may not
        let name = directory.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
        first = Array("# devenv: machines of the project in \(name)\n".utf8)
        joined = Array("# devenv: after an open line: machines of the project in \(name)\n".utf8)
        last = Array("# devenv: end of the project in \(name)\n".utf8)
    }

    /// The text with these lines as the block, at the end where there was none; without lines there is no block.
    func text(_ old: [UInt8], lines: [String]) -> [UInt8] {
        guard !lines.isEmpty else { return without(old) }
        let body = lines.flatMap { Array($0.utf8) + [Self.lineEnd] } + last
        if let (range, isJoined) = place(in: old) {
            return Array(old[..<range.lowerBound]) + (isJoined ? joined : first) + body
                + Array(old[range.upperBound...])
        }
        let isOpen = old.last.map { $0 != Self.lineEnd } ?? false
        return old + (isOpen ? [Self.lineEnd] + joined : first) + body
    }

    private static let lineEnd = UInt8(ascii: "\n")

    private func without(_ old: [UInt8]) -> [UInt8] {
        guard let (range, isJoined) = place(in: old) else { return old }
        // the line end before the block came with it, unless something was added behind it since
        let isLast = range.upperBound == old.endIndex
        let start = isJoined && isLast && range.lowerBound > 0 ? range.lowerBound - 1 : range.lowerBound
        return Array(old[..<start] + old[range.upperBound...])
    }

    /// Where the block is, with its marks; nil where there is none, or where somebody took one of its marks away: what stands there
    /// may be anybody's then.
    private func place(in text: [UInt8]) -> (range: Range<Int>, isJoined: Bool)? {
        for (mark, isJoined) in [(first, false), (joined, true)] {
            guard let start = Self.line(mark, in: text, from: 0),
                let end = Self.line(last, in: text, from: start + mark.count)
            else { continue }
            return (start..<end + last.count, isJoined)
        }
        return nil
    }

    /// Where a whole line begins.
    private static func line(_ line: [UInt8], in text: [UInt8], from: Int) -> Int? {
        var start = from
        while start + line.count <= text.count {
            if text[start..<start + line.count].elementsEqual(line) { return start }
            guard let end = text[start...].firstIndex(of: lineEnd) else { return nil }
            start = end + 1
        }
        return nil
    }
}
