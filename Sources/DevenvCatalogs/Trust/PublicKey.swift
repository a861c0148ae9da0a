import DevenvCrypto

/// A public key in the form of OpenSSH (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"), without options and comment.
package struct PublicKey: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The kind of key and its bytes in base 64.
    package let description: String

    private static let kinds: Set<Substring> = [
        "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ecdsa-sha2-nistp256@openssh.com", "ssh-rsa",
    ]

    /// Reads a line; a comment behind the key is left out. Nil for anything else.
    package init?(parsing text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count >= 2, Self.kinds.contains(words[0]), Base64.decode(String(words[1])) != nil else {
            return nil
        }
        description = "\(words[0]) \(words[1])"
    }

    /// Its fingerprint as ssh-keygen(1) shows it: `SHA256:` and 43 characters.
    package var fingerprint: String {
        let blob = description.split(separator: " ").last.flatMap { Base64.decode(String($0)) } ?? []
        var hash = SHA256()
        hash.update(blob)
        return "SHA256:" + Base64.encode(hash.finish()).prefix { $0 != "=" }
    }

    /// Reads what `encode(to:)` wrote.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let key = PublicKey(parsing: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a public key")
        }
        self = key
    }

    /// Writes the text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
