/// As much of a terminal as the live block needs: text that wraps, newlines, cursor up and erasing below.
struct TerminalScreen {
    private let columns: Int
    private var rows: [[Character]] = [[]]
    private var row = 0
    private var column = 0

    init(columns: Int) { self.columns = columns }

    /// The lines with something on them, blanks at their ends left out.
    var lines: [String] {
        let texts = rows.map { String(String($0).reversed().drop { $0 == " " }.reversed()) }
        return texts.filter { !$0.isEmpty }
    }

    mutating func write(_ text: String) {
        var rest = Substring(text)
        while let character = rest.popFirst() {
            switch character {
            case "\u{1B}": control(&rest)
            case "\n": newline()
            case "\r": column = 0
            default: put(character)
            }
        }
    }

    private mutating func control(_ rest: inout Substring) {
        rest.removeFirst()
        let parameters = rest.prefix { $0.isNumber || $0 == "?" }
        rest = rest.dropFirst(parameters.count)
        switch rest.popFirst() {
        case "A": row = max(0, row - (Int(parameters) ?? 1))
        case "J": rows = Array(rows.prefix(row)) + [Array(rows[row].prefix(column))]
        default: break
        }
    }

    private mutating func newline() {
        row += 1
        column = 0
        if row == rows.count { rows.append([]) }
    }

    private mutating func put(_ character: Character) {
        if column == columns { newline() }
        while rows[row].count <= column { rows[row].append(" ") }
        rows[row][column] = character
        column += 1
    }
}
