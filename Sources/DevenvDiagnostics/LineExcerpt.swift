/// The part of a line that is shown with a diagnostic: all of it, but for a line that is far longer than a terminal is wide. A
/// file without line breaks would be shown whole with each of its mistakes.
struct LineExcerpt {
    /// How many scalars are shown at most.
    static let width = 160

    /// What is shown, with `…` where something is left out.
    let scalars: [Unicode.Scalar]
    /// The column of the place in it, from 1.
    let column: Int

    /// Takes the part around a column.
    init(of line: String, around column: Int) {
        let all = Array(line.unicodeScalars)
        guard all.count > Self.width else {
            (scalars, self.column) = (all, column)
            return
        }
        let start = max(0, min(column - 1 - Self.width / 2, all.count - Self.width))
        let end = start + Self.width
        var shown = Array(all[start..<end])
        if start > 0 { shown[0] = "…" }
        if end < all.count { shown[Self.width - 1] = "…" }
        (scalars, self.column) = (shown, column - start)
    }

    /// What is shown, as a text.
    var text: String { String(String.UnicodeScalarView(scalars)) }
}
