/// What a file's content has to be, told by its digest: `sha256:` and 64 hexadecimal digits.
package struct Checksum: Hashable, Sendable, CustomStringConvertible {
    /// The hash function.
    package let algorithm: HashAlgorithm
    /// The digest in lower-case digits.
    package let hexadecimal: String

    init(_ algorithm: HashAlgorithm, digest: [UInt8]) {
        self.algorithm = algorithm
        hexadecimal = Hexadecimal.encode(digest)
    }

    /// Takes digits in either case, with blanks around them, as catalogs have them; nil for anything else.
    package init?(_ algorithm: HashAlgorithm, hexadecimal text: String) {
        let isPlain = text.utf8.count == algorithm.digits && text.utf8.allSatisfy(Self.isDigit)
        // catalogs have thousands of them, nearly all as they are to be
        let digits = isPlain ? text : text.filter { !$0.isWhitespace }.lowercased()
        guard digits.utf8.count == algorithm.digits, digits.utf8.allSatisfy(Self.isDigit) else { return nil }
        self.algorithm = algorithm
        hexadecimal = digits
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }

    /// Reads `sha256:DIGITS`; nil for anything else.
    package init?(parsing text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let algorithm = HashAlgorithm(rawValue: parts[0].lowercased()) else { return nil }
        self.init(algorithm, hexadecimal: parts[1])
    }

    /// The text that `init(parsing:)` reads.
    package var description: String { "\(algorithm.rawValue):\(hexadecimal)" }
}

extension Checksum: Codable {
    /// Reads what `encode(to:)` wrote.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let checksum = Checksum(parsing: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a checksum")
        }
        self = checksum
    }

    /// Writes the text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
