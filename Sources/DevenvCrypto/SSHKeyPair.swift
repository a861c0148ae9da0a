import CLibCrypto

/// An Ed25519 key pair (RFC 8032) in OpenSSH's file formats.
package struct SSHKeyPair: Sendable {
    /// The private key file, unencrypted (openssh-portable, `PROTOCOL.key`).
    package let privateKey: String
    /// The public key line without a newline: `ssh-ed25519 AAAA… comment` (RFC 8709, section 4).
    package let publicKey: String

    private static let algorithm = "ssh-ed25519"

    /// Makes a new pair with the system's random numbers. The comment names the key for people; newlines are not allowed
    /// in it and become spaces.
    package static func generate(comment: String) -> SSHKeyPair {
        let comment = String(comment.map { $0.isNewline ? " " : $0 })
        let seed = SecureRandom.bytes(32)
        return SSHKeyPair(seed: seed, publicBytes: Ed25519.publicKey(of: seed), comment: comment)
    }

    private init(seed: [UInt8], publicBytes: [UInt8], comment: String) {
        let blob = Self.field(Self.algorithm) + Self.field(publicBytes)
        publicKey = "\(Self.algorithm) \(Base64.encode(blob)) \(comment)"
        let check = SecureRandom.bytes(4)
        var secret = check + check + blob + Self.field(seed + publicBytes) + Self.field(comment)
        // padding 1, 2, 3 … up to the block size of the cipher "none", which is 8
        secret += (0..<(8 - secret.count % 8) % 8).map { UInt8($0 + 1) }
        let none = Self.field("none")
        let file =
            Array("openssh-key-v1\0".utf8) + none + none + Self.field([]) + Self.number(1) + Self.field(blob)
            + Self.field(secret)
        privateKey = Self.armour(Base64.encode(file))
    }

    private static func armour(_ text: String) -> String {
        var lines = ["-----BEGIN OPENSSH PRIVATE KEY-----"]
        var rest = Substring(text)
        while !rest.isEmpty {
            lines.append(String(rest.prefix(70)))
            rest = rest.dropFirst(70)
        }
        return (lines + ["-----END OPENSSH PRIVATE KEY-----", ""]).joined(separator: "\n")
    }

    /// A byte string with its length before it (RFC 4251, section 5).
    private static func field(_ bytes: [UInt8]) -> [UInt8] { number(UInt32(bytes.count)) + bytes }
    private static func field(_ text: String) -> [UInt8] { field(Array(text.utf8)) }
    private static func number(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 0xFF) } }
}

/// Ed25519 by libcrypto, EVP_PKEY_ED25519(7).
enum Ed25519 {
    /// The public half of a seed of 32 bytes; traps where memory is out, as an allocation in Swift does.
    static func publicKey(of seed: [UInt8]) -> [UInt8] {
        guard let key = unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count) else {
            preconditionFailure("libcrypto has no memory for a key")
        }
        defer { unsafe EVP_PKEY_free(key) }
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        _ = unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &count)
        return bytes
    }
}
