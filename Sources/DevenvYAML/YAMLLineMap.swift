import DevenvDiagnostics

/// Turns libyaml's places into those of the text.
///
/// libyaml follows YAML 1.1 and also ends a line at U+0085, U+2028 and U+2029; editors and YAML 1.2 don't. Where a text has
/// one of them, each of libyaml's lines is looked up in a table.
struct YAMLLineMap {
    private let source: SourceText
    /// The line and column, from 1, that each line of libyaml's starts at; nil where both count the same.
    private let starts: [(line: Int, column: Int)]?

    init(_ source: SourceText) {
        self.source = source
        starts = Self.hasForeignBreaks(source.bytes) ? Self.starts(of: source) : nil
    }

    /// The location of an extent; one that goes on past its line is its first character.
    func location(_ start: YAMLMark, to end: YAMLMark? = nil) -> SourceLocation {
        let length = end.map { $0.line == start.line ? $0.column - start.column : 1 } ?? 1
        guard start.line < starts?.count ?? source.lineCount else { return endOfText }
        let origin = starts?[start.line] ?? (line: start.line + 1, column: 1)
        return SourceLocation(
            source: source, line: origin.line, column: origin.column + start.column, length: length)
    }

    /// libyaml ends the last line of every text, so that an end which comes too early lies on a line that is not there.
    private var endOfText: SourceLocation {
        let last = source.line(source.lineCount) ?? ""
        return SourceLocation(source: source, line: source.lineCount, column: last.unicodeScalars.count + 1)
    }

    private static func hasForeignBreaks(_ bytes: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        var beforePrevious: UInt8 = 0
        for byte in bytes {
            if byte == 0x85, previous == 0xC2 { return true }
            if byte == 0xA8 || byte == 0xA9, previous == 0x80, beforePrevious == 0xE2 { return true }
            (beforePrevious, previous) = (previous, byte)
        }
        return false
    }

    private static func starts(of source: SourceText) -> [(line: Int, column: Int)] {
        var result: [(line: Int, column: Int)] = []
        for number in 1...source.lineCount {
            result.append((number, 1))
            for (offset, scalar) in (source.line(number) ?? "").unicodeScalars.enumerated()
            where scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}" {
                result.append((number, offset + 2))
            }
        }
        return result
    }
}
