/// The `[…]` of a pattern: bytes, ranges and classes such as `[:digit:]`, negated by `!` or `^`.
enum ByteSet {
    /// Reads the set that begins at the index; gives where its bracket closes and whether the byte is in it. Nil where nothing
    /// closes it.
    static func read(_ pattern: [UInt8], at start: Int, _ byte: UInt8) -> (end: Int, holds: Bool)? {
        var index = start + 1
        guard index < pattern.count else { return nil }
        let isNegated = pattern[index] == UInt8(ascii: "!") || pattern[index] == UInt8(ascii: "^")
        if isNegated { index += 1 }
        var isFound = false
        var isFirst = true
        while index < pattern.count, isFirst || pattern[index] != UInt8(ascii: "]") {
            isFirst = false
            if let name = className(pattern, at: index) {
                guard let holds = holds(byte, className: name) else { return nil }
                isFound = isFound || holds
                index += name.utf8.count + 4
                continue
            }
            guard let low = literal(pattern, &index) else { return nil }
            var high = low
            if index + 1 < pattern.count, pattern[index] == UInt8(ascii: "-"), pattern[index + 1] != UInt8(ascii: "]") {
                index += 1
                guard let end = literal(pattern, &index) else { return nil }
                high = end
            }
            isFound = isFound || (low <= byte && byte <= high)
        }
        return index < pattern.count ? (index, isFound != isNegated) : nil
    }

    private static func literal(_ pattern: [UInt8], _ index: inout Int) -> UInt8? {
        if pattern[index] == UInt8(ascii: "\\") { index += 1 }
        guard index < pattern.count else { return nil }
        defer { index += 1 }
        return pattern[index]
    }

    private static func className(_ pattern: [UInt8], at index: Int) -> String? {
        guard pattern[index...].starts(with: "[:".utf8) else { return nil }
        let rest = pattern[(index + 2)...]
        guard let end = rest.firstIndex(of: UInt8(ascii: "]")), end > index + 2, pattern[end - 1] == UInt8(ascii: ":")
        else { return nil }
        return String(decoding: rest[..<(end - 1)], as: UTF8.self)
    }

    /// The classes of the C locale (POSIX.1-2017, XBD 7.3.1); nil for an unknown one.
    private static func holds(_ byte: UInt8, className: String) -> Bool? {
        let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        let isLower = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        let isGraph = (0x21...0x7E).contains(byte)
        switch className {
        case "alpha": return isUpper || isLower
        case "upper": return isUpper
        case "lower": return isLower
        case "digit": return isDigit
        case "alnum": return isUpper || isLower || isDigit
        case "punct": return isGraph && !(isUpper || isLower || isDigit)
        case "graph": return isGraph
        case "print": return isGraph || byte == 0x20
        case "space": return byte == 0x20 || (0x09...0x0D).contains(byte)
        case "blank": return byte == 0x20 || byte == 0x09
        case "cntrl": return byte < 0x20 || byte == 0x7F
        case "xdigit": return isDigit || "abcdefABCDEF".utf8.contains(byte)
        default: return nil
        }
    }
}
