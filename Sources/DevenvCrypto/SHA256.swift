/// The SHA-256 hash function (FIPS 180-4).
package struct SHA256: ~Copyable {
    private var digest: RunningDigest

    /// Starts a digest.
    package init() {
        guard let digest = RunningDigest(.sha256) else { preconditionFailure("libcrypto has no SHA-256") }
        self.digest = digest
    }

    /// Adds bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) { unsafe digest.update(bytes) }

    /// Adds bytes.
    package mutating func update(_ bytes: [UInt8]) { digest.update(bytes) }

    /// Adds a text and its length, so that no two lists of texts run into the same bytes.
    package mutating func update(field text: String) {
        update(Array("\(text.utf8.count):".utf8) + Array(text.utf8))
    }

    /// Ends the digest: 32 bytes.
    package consuming func finish() -> [UInt8] { digest.finish() }

    /// Ends the digest: 64 hexadecimal digits.
    package consuming func hexadecimal() -> String { Hexadecimal.encode(finish()) }

    /// The digest of some bytes: 64 hexadecimal digits.
    package static func hexadecimal(of bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes)
        return hash.hexadecimal()
    }
}

/// Bytes as hexadecimal digits.
package enum Hexadecimal {
    /// Two lower-case digits a byte.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
