/// A line that fits, with its width, as escape sequences don't count.
struct ProgressLine: Sendable {
    let text: String
    let width: Int

    init(text: String, width: Int) {
        self.text = text
        self.width = width
    }

    /// Cuts the text. One column stays free: a character in the last one makes some terminals wrap.
    init(_ text: String, _ columns: Int, _ style: TextStyle = .plain, _ meaning: TextStyle.Meaning = .strong) {
        let cut = DisplayWidth.truncate(text, to: max(1, columns - 1))
        self.text = style.paint(cut, meaning)
        width = DisplayWidth.of(cut)
    }
}
