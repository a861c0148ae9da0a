package import DevenvDiagnostics

/// A fixture text with places marked in it by keycap emoji (`1️⃣`), so that a test names a place without counting lines.
package struct MarkedText {
    /// The text without its markers.
    package let source: SourceText
    private let markers: [Place: String]

    private struct Place: Hashable {
        let line: Int
        let column: Int
    }

    /// Takes the markers out of a text.
    package init(_ text: String, name: String = "Envfile") {
        var plain = ""
        var markers: [Place: String] = [:]
        var (line, column) = (1, 1)
        for character in text {
            if character.unicodeScalars.contains("\u{20E3}") {
                markers[Place(line: line, column: column)] = String(character)
                continue
            }
            plain.append(character)
            let isBreak = character == "\n" || character == "\r\n" || character == "\r"
            if isBreak { (line, column) = (line + 1, 1) } else { column += character.unicodeScalars.count }
        }
        source = SourceText(name: name, plain)
        self.markers = markers
    }

    /// `1️⃣` for a place that is marked, `LINE:COLUMN` for one that is not, `-` for none.
    package func describe(_ location: SourceLocation?) -> String {
        guard let location else { return "-" }
        guard location.source.name == source.name else { return location.description }
        return markers[Place(line: location.line, column: location.column)] ?? "\(location.line):\(location.column)"
    }

    /// One line for each diagnostic: its place, its message, and each note's place and message in brackets.
    package func describe(_ diagnostics: [Diagnostic]) -> [String] {
        diagnostics.map { diagnostic in
            let notes = diagnostic.notes.map { " [\(describe($0.location)) \($0.message)]" }.joined()
            return "\(describe(diagnostic.location)) \(diagnostic.message)\(notes)"
        }
    }
}
