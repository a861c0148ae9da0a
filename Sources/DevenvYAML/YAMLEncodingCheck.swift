import DevenvDiagnostics

/// Finds what is no UTF-8 text before libyaml sees it, which would stop at a block's offset rather than at the place.
struct YAMLEncodingCheck {
    private let source: SourceText
    private var line = 1
    private var lineStart = 0

    private init(_ source: SourceText) { self.source = source }

    /// What is wrong with the encoding, nil for UTF-8 with or without a byte order mark.
    static func problem(of source: SourceText) -> Diagnostic? {
        var check = YAMLEncodingCheck(source)
        return wideEncoding(source) ?? check.scan()
    }

    /// UTF-16 and UTF-32 by their marks, or by the zero bytes that the first two characters of a file have in them.
    private static func wideEncoding(_ source: SourceText) -> Diagnostic? {
        let head = source.bytes.prefix(4)
        let isWide = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) || head.prefix(2).contains(0)
        guard isWide else { return nil }
        return .error(
            "'\(source.name)' is not UTF-8 but looks like UTF-16 or UTF-32", at: nil, help: "save it as UTF-8")
    }

    private mutating func scan() -> Diagnostic? {
        let bytes = source.bytes
        var index = 0
        while index < bytes.count {
            guard let length = Self.sequenceLength(bytes, at: index) else {
                return .error("this byte is not UTF-8", at: location(index), help: "save the file as UTF-8")
            }
            if Self.isForbidden(bytes[index..<(index + length)]) {
                return .error("control characters are not allowed in YAML", at: location(index))
            }
            let byte = bytes[index]
            index += length
            let endsLine = byte == 0x0A || byte == 0x0D && (index == bytes.count || bytes[index] != 0x0A)
            if endsLine { (line, lineStart) = (line + 1, index) }
        }
        return nil
    }

    /// All control characters but tab, line feed, carriage return and next line, and the last two of the basic plane
    /// (YAML 1.2.2, section 5.1).
    private static func isForbidden(_ character: ArraySlice<UInt8>) -> Bool {
        switch (character.first ?? 0, character.last ?? 0) {
        case (0x09, _), (0x0A, _), (0x0D, _), (0xC2, 0x85): false
        case (0..<0x20, _), (0x7F, _), (0xC2, 0x80...0x9F): true
        case (0xEF, 0xBE...0xBF): character.dropFirst().first == 0xBF
        default: false
        }
    }

    private func location(_ index: Int) -> SourceLocation {
        let before = String(decoding: source.bytes[lineStart..<index], as: UTF8.self).unicodeScalars
        let column = before.count - (before.first == "\u{FEFF}" ? 1 : 0) + 1
        return SourceLocation(source: source, line: line, column: column)
    }

    /// The length of the well-formed sequence at a byte (Unicode 15, table 3-7), nil where there is none.
    private static func sequenceLength(_ bytes: [UInt8], at index: Int) -> Int? {
        let first = bytes[index]
        guard first > 0x7F else { return 1 }
        let second: ClosedRange<UInt8>
        let length: Int
        switch first {
        case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
        case 0xE0: (second, length) = (0xA0...0xBF, 3)
        case 0xED: (second, length) = (0x80...0x9F, 3)
        case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
        case 0xF0: (second, length) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
        case 0xF4: (second, length) = (0x80...0x8F, 4)
        default: return nil
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return nil }
        guard bytes[(index + 1)..<(index + length)].allSatisfy({ $0 & 0xC0 == 0x80 }) else { return nil }
        return length
    }
}
