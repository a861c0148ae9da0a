/// A few lines at the end of a terminal's output that are painted again and again.
struct LiveBlock: Sendable {
    private var drawn: [Int] = []

    /// What erases the lines drawn last. The terminal may have become narrower since: a line then takes several rows.
    mutating func erase(columns: Int) -> String {
        guard !drawn.isEmpty else { return "" }
        let rows = drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(1, columns)) }
        drawn = []
        return "\u{1B}[\(rows)A\r\u{1B}[J"
    }

    /// What paints these lines in place of those drawn last, with the permanent text above them. Every line is given with
    /// its width, as escape sequences don't count.
    mutating func paint(_ lines: [(text: String, width: Int)], below permanent: String, columns: Int) -> String {
        let text = erase(columns: columns) + permanent + lines.map { $0.text + "\n" }.joined()
        drawn = lines.map(\.width)
        // Mode 2026: a terminal that knows it shows the frame at once, others ignore it.
        return "\u{1B}[?2026h" + text + "\u{1B}[?2026l"
    }
}
