/// A few lines at the end of a terminal's output that are painted again and again.
struct LiveBlock: Sendable {
    private var drawn: [Int] = []

    /// What erases the lines drawn last, and leaves the cursor where the first one began. The terminal may have become narrower
    /// since: a line then takes several rows.
    ///
    /// Row by row, and the row of the cursor as well, as the terminal shows `^C` there. Erasing "all below" (ED) would do it
    /// at once, but from the first row of the window tmux takes that for a page which is to be kept in its history.
    mutating func erase(columns: Int, rows: Int) -> String {
        guard !drawn.isEmpty else { return "" }
        let needed = drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(1, columns)) }
        drawn = []
        let count = min(needed, max(1, rows - 1))
        let up = "\u{1B}[\(count)A\r"
        return "\r" + up + String(repeating: "\u{1B}[K\n", count: count) + "\u{1B}[K" + up
    }

    /// Leaves the lines drawn last where they are: others have written below them.
    mutating func forget() { drawn = [] }

    /// What paints these lines in place of those drawn last, with the permanent text above them. Every line is given with
    /// its width, as escape sequences don't count.
    mutating func paint(
        _ lines: [ProgressLine], below permanent: String, columns: Int, rows: Int
    ) -> String {
        var text = erase(columns: columns, rows: rows) + permanent
        if !lines.isEmpty {
            // Without automatic wrapping: a character that the terminal takes for wider than we do must not cost a row.
            text += "\u{1B}[?7l" + lines.map { $0.text + "\n" }.joined() + "\u{1B}[?7h"
        }
        drawn = lines.map(\.width)
        // Mode 2026: a terminal that knows it shows the frame at once, others ignore it.
        return "\u{1B}[?2026h" + text + "\u{1B}[?2026l"
    }
}
