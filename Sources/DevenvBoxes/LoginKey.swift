import DevenvCrypto
import DevenvHost
package import SystemPackage

/// A private key that an image lets in and that is no secret: the first login replaces it.
package struct LoginKey: Hashable, Sendable {
    /// The text of the key's file.
    package let text: [UInt8]

    /// The SHA-256 digest of the text, 64 hexadecimal digits.
    var digest: String { SHA256.hexadecimal(of: text) }

    init(text: [UInt8]) { self.text = text }

    /// Reads a key's file, as OpenSSH and OpenSSL write it; throws `.invalid` for one that can't be used without asking somebody.
    package init(reading path: FilePath) throws(BoxError) {
        let bytes = try BoxError.wrap { () throws(HostError) in try HostFiles.read(path, limit: 64 << 10) }
        guard let bytes else {
            throw BoxError(.invalid, "reading the login key '\(path)': no such file or directory")
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard let first = lines.first, first.hasPrefix("-----BEGIN "), first.hasSuffix("PRIVATE KEY-----") else {
            throw BoxError(
                .invalid, "the login key '\(path)' is no private key",
                help: "name the file that 'ssh -i' would take, not the public key beside it")
        }
        guard !Self.isProtected(lines) else {
            throw BoxError(
                .invalid, "the login key '\(path)' is protected by a passphrase",
                help: "name a key that is not: one that a box lets in is no secret")
        }
        text = bytes
    }

    /// Reads the text of a key that came with a box; nil for what no login key can be.
    package init?(carried text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        guard text.utf8.count <= 64 << 10, let first = lines.first, first.hasPrefix("-----BEGIN "),
            first.hasSuffix("PRIVATE KEY-----"), !Self.isProtected(lines)
        else { return nil }
        self.text = Array(text.utf8)
    }

    /// The text, for who passes the box on; nil for the key that Vagrant publishes, which everybody has.
    package var carried: String? { self == .vagrant ? nil : String(decoding: text, as: UTF8.self) }

    /// OpenSSH's own form names its cipher at the very beginning, PEM in its first lines.
    private static func isProtected(_ lines: [Substring]) -> Bool {
        // "openssh-key-v1\0", and the cipher's name with its length before it: "none" (openssh-portable, PROTOCOL.key)
        let openSSHWithout = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU"
        if lines[0].contains("OPENSSH") { return lines.count > 1 && !lines[1].hasPrefix(openSSHWithout) }
        return lines.prefix(3).contains { $0.contains("ENCRYPTED") }
    }

    /// Writes the key where an image keeps it, unless it is there.
    func write(into image: ImageLayout) throws(BoxError) {
        try write(to: image.loginKey(digest))
    }

    /// Writes the key to a file that only its owner can read, unless it is there.
    func write(to path: FilePath) throws(BoxError) {
        guard !HostFiles.exists(path) else { return }
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.makeDirectory(path.removingLastComponent(), mode: .ownerReadWriteExecute)
            try AtomicFile.write(text, to: path, mode: .ownerReadWrite)
        }
    }
}
