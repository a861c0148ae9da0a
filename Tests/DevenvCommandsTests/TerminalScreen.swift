import DevenvCommands

/// As much of a terminal as the live block needs: a window over lines of which the upper ones are its history, text that wraps,
/// wide characters, newlines, cursor up and erasing.
struct TerminalScreen {
    private let columns: Int
    private var height: Int
    /// The cells; the second one of a wide character is empty.
    private var rows: [[String]] = [[]]
    private var row = 0
    private var column = 0
    private var wraps = true

    init(columns: Int, height: Int = 24) {
        self.columns = columns
        self.height = height
    }

    /// The lines with something on them, the history's too; blanks at their ends left out.
    var lines: [String] {
        let texts = rows.map { String($0.joined().reversed().drop { $0 == " " }.reversed()) }
        return texts.filter { !$0.isEmpty }
    }

    /// The window gets another height: its upper lines go into the history, or come back.
    mutating func resize(height: Int) { self.height = height }

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

    private var top: Int { max(0, rows.count - height) }

    private mutating func control(_ rest: inout Substring) {
        rest.removeFirst()
        let parameters = rest.prefix { $0.isNumber || $0 == "?" }
        rest = rest.dropFirst(parameters.count)
        switch (rest.popFirst(), parameters) {
        case ("A", _): row = max(top, row - (Int(parameters) ?? 1))
        case ("J", _): eraseBelow()
        case ("K", _): rows[row] = Array(rows[row].prefix(column))
        case ("h", "?7"): wraps = true
        case ("l", "?7"): wraps = false
        default: break
        }
    }

    /// As tmux does it: where that is the whole window, what was in it is kept in the history.
    private mutating func eraseBelow() {
        guard row == top, column == 0 else {
            rows = Array(rows.prefix(row)) + [Array(rows[row].prefix(column))]
            return
        }
        rows += Array(repeating: [], count: height)
        row = rows.count - height
    }

    private mutating func newline() {
        row += 1
        column = 0
        if row == rows.count { rows.append([]) }
    }

    private mutating func put(_ character: Character) {
        let width = DisplayWidth.of(String(character))
        if column + width > columns {
            guard wraps else { return }
            newline()
        }
        while rows[row].count <= column { rows[row].append(" ") }
        rows[row][column] = String(character)
        if width == 2 { rows[row] = rows[row].prefix(column + 1) + [""] + rows[row].dropFirst(column + 2) }
        column += width
    }
}
