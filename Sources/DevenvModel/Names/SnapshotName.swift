/// The name of a snapshot of one machine: letters, digits, `.`, `_` and `-`, at most 64, beginning with a letter or digit.
package struct SnapshotName: RawRepresentable, Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    /// The text.
    package let rawValue: String

    /// Makes a name, nil where the text is not a valid one.
    package init?(rawValue: String) {
        let letters = rawValue.unicodeScalars
        guard let first = letters.first, Self.isAlphanumeric(first), letters.count <= 64,
            letters.allSatisfy({ Self.isAlphanumeric($0) || "._-".unicodeScalars.contains($0) })
        else { return nil }
        self.rawValue = rawValue
    }

    /// Takes a text that is known to be valid: one from a record.
    package init(unchecked rawValue: String) { self.rawValue = rawValue }

    /// Orders by text.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    /// The text.
    package var description: String { rawValue }

    private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
    }
}
