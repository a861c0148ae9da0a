package import DevenvModel

/// A box of the store: a name, what was said when it was added, and the image that it stands for.
package struct BoxRecord: Hashable, Sendable {
    /// The name.
    package let name: String
    /// Its version, where it has one.
    package let version: String?
    /// The user that people are expected to log in as.
    package let user: String
    /// When it was added, in seconds since 1970.
    package let created: Int
    /// Where it came from: a path, or how it was built.
    package let source: String
    /// The image.
    package let image: ImageRecord

    /// `sha256:` and the digest of the image's tree.
    package var digest: String { image.digest.description }
}

/// What is known about an image, whatever names it has.
package struct ImageRecord: Hashable, Sendable, Codable {
    /// The digest of its tree.
    package let digest: TreeDigest
    /// The user to log in as where a name says nothing else: `dev` if it has such a user, otherwise `root`.
    package let user: String
    /// The version of the Debian in it; nil where it holds another system.
    package let version: String?
    /// The processor that its programs are for, as Debian names it; nil where none was found in it.
    package let architecture: String?
    /// How many entries its tree has.
    package let entries: Int
    /// What the contents of its files add up to, in bytes.
    package let bytes: Int64

    /// What the contents of its files add up to.
    package var size: ByteCount { ByteCount(bytes: bytes) }
}

/// What a name stands for: the content of its file.
struct NameEntry: Hashable, Sendable, Codable {
    var schema = 1
    let digest: TreeDigest
    let version: String?
    let user: String
    let created: Int
    let source: String

    func record(named name: String, _ image: ImageRecord) -> BoxRecord {
        BoxRecord(name: name, version: version, user: user, created: created, source: source, image: image)
    }
}

/// What identifies an image: the SHA-256 digest of its tree's manifest, 64 hexadecimal digits.
package struct TreeDigest: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The digits.
    package let hexadecimal: String

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
        guard let digest = TreeDigest(parsing: try container.decode(String.self)) else {
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
