/// Colours and weights of text on a terminal (ECMA-48, SGR), or none of them.
package struct TextStyle: Hashable, Sendable {
    /// What a text means; how that looks is decided here.
    package enum Meaning: Sendable {
        /// A heading or a name.
        case strong
        /// Less important.
        case faint
        /// It went well, or is added.
        case good
        /// It is about to happen, or changes.
        case notable
        /// It went wrong, or is removed.
        case bad
        /// What to do.
        case help
    }

    /// Whether there are colours at all.
    package let isColored: Bool

    /// Chooses.
    package init(isColored: Bool) { self.isColored = isColored }

    /// No colours.
    package static let plain = TextStyle(isColored: false)

    /// The text in the style of its meaning.
    package func paint(_ text: String, _ meaning: Meaning) -> String {
        guard isColored, !text.isEmpty else { return text }
        return "\u{1B}[\(code(of: meaning))m\(text)\u{1B}[0m"
    }

    private func code(of meaning: Meaning) -> String {
        switch meaning {
        case .strong: "1"
        case .faint: "2"
        case .good: "32"
        case .notable: "33"
        case .bad: "1;31"
        case .help: "1;32"
        }
    }
}
