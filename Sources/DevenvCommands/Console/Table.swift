/// Rows of text in aligned columns.
package struct Table: Sendable {
    private let headings: [String]
    private var rows: [[String]] = []

    /// Starts with the headings.
    package init(_ headings: [String]) { self.headings = headings }

    /// Adds a row, a text for each heading.
    package mutating func add(_ row: [String]) { rows.append(row) }

    /// The text, each row ending in a newline. Columns that are empty in every row are left out.
    package func render(_ style: TextStyle) -> String {
        let columns = headings.indices.filter { index in rows.contains { !$0[index].isEmpty } }
        let widths = columns.map { index in
            (rows.map { DisplayWidth.of($0[index]) } + [DisplayWidth.of(headings[index])]).max() ?? 0
        }
        let head = line(headings, columns, widths)
        return style.paint(head, .strong) + "\n" + rows.map { line($0, columns, widths) + "\n" }.joined()
    }

    private func line(_ row: [String], _ columns: [Int], _ widths: [Int]) -> String {
        let cells = zip(columns, widths).map { DisplayWidth.pad(row[$0], to: $1) }
        var text = cells.joined(separator: "  ")
        while text.utf8.last == UInt8(ascii: " ") { text.removeLast() }
        return text
    }
}
