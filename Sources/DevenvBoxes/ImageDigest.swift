package import DevenvCrypto

/// What identifies an image: a SHA-256 digest, 64 hexadecimal digits; that of a tree's manifest, or of a disk image's bytes.
///
/// No disk image begins as a manifest does, so that the two kinds never meet in one digest.
package struct ImageDigest: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The digits.
    package let hexadecimal: String

    /// The digest of some bytes.
    package init(of bytes: [UInt8]) { self.init(hexadecimal: SHA256.hexadecimal(of: bytes)) }

    /// The digest of bytes that came one after another.
    package init(finishing hash: consuming SHA256) { self.init(hexadecimal: hash.hexadecimal()) }

    init(hexadecimal: String) { self.hexadecimal = hexadecimal }

    /// Reads `sha256:` and 64 digits; nil for anything else.
    package init?(parsing text: String) {
        let digits = text.dropFirst(7)
        guard text.hasPrefix("sha256:"), digits.utf8.count == 64 else { return nil }
        guard digits.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else { return nil }
        hexadecimal = String(digits)
    }

    /// Reads what `encode(to:)` wrote.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let digest = ImageDigest(parsing: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a sha256 digest")
        }
        self = digest
    }

    /// Writes the text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// The text that `init(parsing:)` reads.
    package var description: String { "sha256:\(hexadecimal)" }
}
