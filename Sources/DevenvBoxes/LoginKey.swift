import DevenvCrypto
import DevenvHost
import Glibc
package import SystemPackage

/// A private key that an image lets in and that is no secret: the first login replaces it.
package struct LoginKey: Hashable, Sendable {
    /// The text of the key's file.
    let text: [UInt8]

    /// The SHA-256 digest of the text, 64 hexadecimal digits.
    var digest: String { SHA256.hexadecimal(of: text) }

    init(text: [UInt8]) { self.text = text }

    /// Reads a key's file.
    package init(reading path: FilePath) throws(BoxError) {
        let bytes = try BoxError.wrap { () throws(HostError) in try HostFiles.read(path, limit: 64 << 10) }
        guard let bytes else {
            throw BoxError(.invalid, "reading the login key '\(path)': no such file or directory")
        }
        guard bytes.starts(with: "-----BEGIN ".utf8) else {
            throw BoxError(
                .invalid, "the login key '\(path)' is no private key",
                help: "name the file that 'ssh -i' would take, not the public key")
        }
        text = bytes
    }

    /// Writes the key where an image keeps it, unless it is there.
    func write(into image: ImageLayout) throws(BoxError) {
        let path = image.loginKey(digest)
        guard !HostFiles.exists(path) else { return }
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.makeDirectory(image.loginKeys, mode: .ownerReadWriteExecute)
            try AtomicFile.write(text, to: path, mode: .ownerReadWrite)
        }
    }
}
