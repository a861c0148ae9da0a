import DevenvDiagnostics

/// What must hold of the diagnostics of a project.
enum DiagnosticInvariants {
    static func violations(of diagnostics: [Diagnostic], in texts: [TextExtent]) -> [String] {
        var found = diagnostics.flatMap { violations(of: $0, in: texts) }
        if diagnostics.ordered != diagnostics { found.append("the diagnostics are not in order, or repeated") }
        return found + renderingViolations(of: diagnostics)
    }

    private static func violations(of diagnostic: Diagnostic, in texts: [TextExtent]) -> [String] {
        var found: [String] = []
        if diagnostic.message.isEmpty { found.append("a diagnostic without a message") }
        if let location = diagnostic.location {
            found += fault(of: location, in: texts)
        } else if !texts.contains(where: { diagnostic.message.hasPrefix("'\($0.source.name)' ") }) {
            found.append("no place for: \(diagnostic.message)")
        }
        for note in diagnostic.notes {
            found += note.location.map { fault(of: $0, in: texts) } ?? ["no place for the note: \(note.message)"]
        }
        return found
    }

    private static func fault(of location: SourceLocation, in texts: [TextExtent]) -> [String] {
        guard let text = texts.first(where: { $0.source.name == location.source.name }) else {
            return ["\(location) is in no file of the project"]
        }
        return [text.fault(of: location)].compactMap { $0 }
    }

    /// Each diagnostic is one line, with the line that it is about and the marker below it, and so is each note; nothing in
    /// them moves a terminal's cursor.
    private static func renderingViolations(of diagnostics: [Diagnostic]) -> [String] {
        let diagnostics = diagnostics.prefix(100)  // they stand for the others
        let text = DiagnosticRenderer().render(Array(diagnostics))
        let lines = diagnostics.reduce(0) { count, diagnostic in
            let places = [diagnostic.location] + diagnostic.notes.map(\.location)
            return count + (diagnostic.help == nil ? 0 : 1) + places.reduce(0) { $0 + ($1 == nil ? 1 : 3) }
        }
        var found: [String] = []
        if text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) != lines {
            found.append("\(lines) lines were to be printed, not:\n\(text)")
        }
        if text.unicodeScalars.contains(where: isControl) { found.append("a control character is printed") }
        return found
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
