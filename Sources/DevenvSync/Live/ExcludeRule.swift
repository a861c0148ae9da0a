/// One pattern of `exclude`, matched as rsync matches it (rsync(1), "FILTER RULES" and "PATTERN MATCHING RULES").
struct ExcludeRule: Sendable {
    /// Whether what it matches is left out; a pattern that begins with `+ ` keeps it in.
    let leavesOut: Bool
    private let pattern: [UInt8]
    private let isAnchored: Bool
    private let isOfDirectories: Bool
    private let isWild: Bool
    /// It has `**`, begins with it, ends with `/***`.
    private let crosses: Bool
    private let beginsCrossing: Bool
    private let endsWithContents: Bool
    private let slashes: Int

    /// Reads a pattern; nil for an empty one.
    init?(_ text: String) {
        var bytes = Array(text.utf8)
        leavesOut = !bytes.starts(with: "+ ".utf8)
        if bytes.starts(with: "+ ".utf8) || bytes.starts(with: "- ".utf8) { bytes.removeFirst(2) }
        isOfDirectories = bytes.count > 1 && bytes.last == Self.slash
        if isOfDirectories { bytes.removeLast() }
        guard !bytes.isEmpty else { return nil }
        isWild = bytes.contains { "*[?".utf8.contains($0) }
        let firstPair = bytes.indices.dropLast().first { bytes[$0] == Self.star && bytes[$0 + 1] == Self.star }
        crosses = isWild && firstPair != nil
        beginsCrossing = crosses && firstPair == 0
        endsWithContents = crosses && bytes.suffix(3).elementsEqual("***".utf8)
        slashes = bytes.count { $0 == Self.slash }
        isAnchored = bytes.first == Self.slash
        pattern = isAnchored ? Array(bytes.dropFirst()) : bytes
    }

    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")

    /// Whether it matches an entry by itself; what is below a directory that is left out is not asked for.
    func matches(_ path: RelativePath, isDirectory: Bool) -> Bool {
        guard isDirectory || !isOfDirectories else { return false }
        var text = path.bytes[...]
        if slashes == 0, !crosses {
            text = path.name
        } else if beginsCrossing {
            // so that "**/x" matches "x" at the top, too
            text = [Self.slash] + text
        }
        if isDirectory, endsWithContents { text.append(Self.slash) }
        return isWild ? matchesWild(text) : matchesPlain(text)
    }

    private func matchesPlain(_ text: ArraySlice<UInt8>) -> Bool {
        if isAnchored || slashes == 0 { return text.elementsEqual(pattern) }
        guard text.count >= pattern.count, text.suffix(pattern.count).elementsEqual(pattern) else { return false }
        return text.count == pattern.count || text[text.endIndex - pattern.count - 1] == Self.slash
    }

    private func matchesWild(_ text: ArraySlice<UInt8>) -> Bool {
        let wild = WildPattern(pattern)
        if isAnchored || beginsCrossing || (slashes == 0 && !crosses) { return wild.matches(text) }
        guard crosses else { return tail(of: text).map(wild.matches) ?? false }
        // anywhere after a slash
        return wild.matches(text)
            || text.indices.contains { text[$0] == Self.slash && wild.matches(text[($0 + 1)...]) }
    }

    /// As many of the last names as the pattern has.
    private func tail(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var left = slashes + 1
        for index in text.indices.reversed() where text[index] == Self.slash {
            left -= 1
            if left == 0 { return text[(index + 1)...] }
        }
        return left == 1 ? text : nil
    }
}
