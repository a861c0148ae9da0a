import DevenvDiagnostics

/// How many lines a text has and how long they are, found out once for all the places in it.
struct TextExtent {
    let source: SourceText
    private let widths: [Int]

    init(_ source: SourceText) {
        self.source = source
        widths = (0..<source.lineCount).map { source.line($0 + 1)?.unicodeScalars.count ?? 0 }
    }

    /// What is wrong with a place; nil where it lies inside the text with all that it underlines.
    func fault(of location: SourceLocation) -> String? {
        guard location.source.name == source.name, location.source.bytes == source.bytes else {
            return "\(location) is in another text than \(source.name)"
        }
        guard (1...widths.count).contains(location.line) else { return "\(location) is no line of the text" }
        let width = widths[location.line - 1]
        guard (1...(width + 1)).contains(location.column) else { return "\(location) is no column of its line" }
        guard location.length <= max(1, width - location.column + 1) else {
            return "\(location) and the \(location.length - 1) behind it leave the line"
        }
        return nil
    }
}
