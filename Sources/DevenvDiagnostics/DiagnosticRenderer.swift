/// Turns diagnostics into text: `FILE:LINE:COLUMN: error: …`, the source line, a caret under it, then help and notes.
package struct DiagnosticRenderer: Sendable {
    /// Whether to colour the output with ANSI escapes.
    package var color: Bool

    /// Makes a renderer.
    package init(color: Bool = false) {
        self.color = color
    }

    /// The text of all diagnostics in order, each ending in a newline.
    package func render(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.ordered.map(render).joined()
    }

    /// The text of one diagnostic, ending in a newline.
    package func render(_ diagnostic: Diagnostic) -> String {
        let severity = paint(diagnostic.severity.rawValue, diagnostic.severity == .error ? "1;31" : "1;35")
        var text = entry(severity, diagnostic.message, diagnostic.location)
        if let help = diagnostic.help { text += "    \(paint("help", "1;32")): \(visible(help))\n" }
        for note in diagnostic.notes { text += entry(paint("note", "1;36"), note.message, note.location) }
        return text
    }

    private func entry(_ label: String, _ message: String, _ location: SourceLocation?) -> String {
        let message = visible(message)
        guard let location else { return "\(label): \(message)\n" }
        let head = "\(paint(visible(location.description), "1")): \(label): \(message)\n"
        guard let line = location.source.line(location.line) else { return head }
        let excerpt = LineExcerpt(of: line, around: location.column)
        return head + "    " + visible(excerpt.text) + "\n    " + marker(under: excerpt, length: location.length) + "\n"
    }

    /// Blanks up to the column, tabs kept so that the caret lines up whatever the terminal's tab width is.
    private func marker(under excerpt: LineExcerpt, length: Int) -> String {
        let indent = excerpt.scalars.prefix(excerpt.column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
        let room = max(1, excerpt.scalars.count - excerpt.column + 1)
        let tail = String(repeating: "~", count: min(length, room) - 1)
        return indent + paint("^" + tail, "1;32")
    }

    /// Control characters other than tab would move the cursor or worse, and the invisible ones that turn the direction of
    /// writing would show another text than the one that is read; they are shown as the replacement character.
    private func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: Self.isUnsafe) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { Self.isUnsafe($0) ? "\u{FFFD}" : $0 }))
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09: false
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private func paint(_ text: String, _ style: String) -> String {
        color ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
    }
}
