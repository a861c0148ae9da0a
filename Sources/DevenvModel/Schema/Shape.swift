/// What the value of a key may look like: for the reference and for schemas; the decoders are built together with it.
package indirect enum Shape: Hashable, Sendable {
    /// `true` or `false`.
    case boolean
    /// A whole number within a range.
    case integer(ClosedRange<Int>)
    /// A text of a certain kind.
    case text(TextFormat)
    /// One of a few words.
    case choice([String])
    /// A list.
    case list(Shape)
    /// A map with keys of the user's own.
    case map(Shape)
    /// A map with known keys, and perhaps others.
    case object([KeyDescription], others: OtherKeys)
    /// One of several shapes.
    case either([Shape])
    /// Whatever a provider or a provisioner makes of it.
    case open

    /// Keys of a map that are known elsewhere.
    package enum OtherKeys: Hashable, Sendable {
        /// There are none.
        case none
        /// Keys for the user's own use, which begin so.
        case ignored(prefix: String)
        /// The names of providers, with their options.
        case providers
        /// The kind of a provisioner, with its options; exactly one.
        case provisioner
    }
}

/// A kind of text.
package struct TextFormat: Hashable, Sendable, ExpressibleByStringLiteral {
    /// What it is called.
    package let name: String
    /// A regular expression (ECMA-262) that every such text matches; nil where there is none that says much.
    package let pattern: String?
    /// Whether a number or a boolean counts as the text that was written.
    package let takesScalars: Bool

    /// Makes a format.
    package init(_ name: String, pattern: String? = nil, takesScalars: Bool = false) {
        self.name = name
        self.pattern = pattern
        self.takesScalars = takesScalars
    }

    /// A format that any scalar may be written as.
    package init(stringLiteral name: String) { self.init(name, takesScalars: true) }

    /// A text and nothing else, so that `1.20` can't silently become `1.2`.
    package static let text = TextFormat("text", takesScalars: false)
}

/// One key of a map.
package struct KeyDescription: Hashable, Sendable {
    /// The key.
    package let name: String
    /// What it means, in one line; empty where only a README says it.
    package let summary: String
    /// What its value looks like.
    package let shape: Shape
    /// Whether it must be there.
    package let isRequired: Bool

    /// Describes a key.
    package init(name: String, summary: String = "", shape: Shape, isRequired: Bool = false) {
        self.name = name
        self.summary = summary
        self.shape = shape
        self.isRequired = isRequired
    }
}
