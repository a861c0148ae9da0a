/// What the value of a key may look like: for the reference and for schemas; the decoders are built together with it.
package indirect enum Shape: Sendable {
    /// `true` or `false`.
    case boolean
    /// A whole number within a range.
    case integer(ClosedRange<Int>)
    /// A text; `format` says of what kind.
    case text(format: String)
    /// One of a few words.
    case choice([String])
    /// A list.
    case list(Shape)
    /// A map with keys of the user's own.
    case map(Shape)
    /// A map with known keys.
    case object([KeyDescription])
    /// One of several shapes.
    case either([Shape])
    /// Whatever a provider or a provisioner makes of it.
    case open
}

/// One key of the Envfile.
package struct KeyDescription: Sendable {
    /// The key.
    package let name: String
    /// What it means, in one line.
    package let summary: String
    /// What its value looks like.
    package let shape: Shape
    /// Whether it must be there.
    package let isRequired: Bool
}
