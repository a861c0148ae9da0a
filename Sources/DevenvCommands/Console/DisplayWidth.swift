/// How many columns text takes on a terminal (Unicode Standard Annex 11: wide characters take two, combining ones none).
package enum DisplayWidth {
    /// The columns of a text without control characters.
    package static func of(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + columns(of: $1) }
    }

    /// The text cut to at most this many columns, with an ellipsis where something was cut.
    package static func truncate(_ text: String, to limit: Int) -> String {
        guard of(text) > limit else { return text }
        guard limit > 0 else { return "" }
        var result = ""
        var used = 0
        for character in text {
            let width = columns(of: character)
            guard used + width <= limit - 1 else { break }
            result.append(character)
            used += width
        }
        return result + "…"
    }

    /// The text in pieces of at most this many columns, at least one; what does not fit into so many pieces is left out, and
    /// the last one then ends in an ellipsis. Tabs become blanks up to the next multiple of eight.
    package static func fold(_ text: String, to columns: Int, limit: Int) -> [String] {
        var pieces: [String] = []
        var piece = ""
        var used = 0
        for character in expandTabs(text) {
            let width = self.columns(of: character)
            if used + width > max(2, columns) {
                // with one character more it is too long, and cut with an ellipsis
                guard pieces.count < limit - 1 else { return pieces + [truncate("\(piece)  ", to: used)] }
                pieces.append(piece)
                (piece, used) = ("", 0)
            }
            piece.append(character)
            used += width
        }
        return pieces + [piece]
    }

    private static func expandTabs(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\t")) else { return text }
        var result = ""
        var used = 0
        for character in text {
            let width = character == "\t" ? 8 - used % 8 : columns(of: character)
            result += character == "\t" ? String(repeating: " ", count: width) : String(character)
            used += width
        }
        return result
    }

    /// The text with blanks after it up to this many columns.
    package static func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - of(text)))
    }

    /// The text with blanks before it up to this many columns.
    package static func padLeft(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - of(text))) + text
    }

    private static func columns(of character: Character) -> Int {
        if character.isASCII { return 1 }
        // U+FE0F asks for the emoji's own, wide form
        if character.unicodeScalars.contains("\u{FE0F}") { return 2 }
        return character.unicodeScalars.lazy.map(columns).max() ?? 0
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: 0
        default: WideCharacters.contains(scalar) ? 2 : 1
        }
    }
}
