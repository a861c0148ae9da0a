/// A scalar: its text and the way it was written.
package struct YAMLScalar: Sendable, Hashable {
    /// The way it was written.
    package enum Style: Sendable {
        /// Without quotes: the only style that may be a number, a boolean or null.
        case plain
        /// Within `'` or `"`.
        case quoted
        /// After `|` or `>`.
        case block
    }

    /// What a scalar says by the core schema.
    package enum Value: Sendable, Equatable {
        /// `null`, `~` or nothing.
        case null
        /// `true` or `false`.
        case boolean(Bool)
        /// A whole number that fits 64 bits.
        case integer(Int)
        /// Any other number.
        case number(Double)
        /// Everything else: `yes`, `on` and `12:30` too.
        case string(String)
    }

    /// The text without quotes and escapes.
    package let text: String
    /// The way it was written.
    package let style: Style

    /// Makes a scalar.
    package init(_ text: String, style: Style) {
        self.text = text
        self.style = style
    }

    /// What it says by the core schema of YAML 1.2.2, section 10.3.2.
    package var value: Value { style == .plain ? CoreSchema.resolve(text) : .string(text) }
}
