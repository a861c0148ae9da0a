import DevenvCrypto

/// The identifiers on a disk image: the same for the same description, so that two builds make the same image.
package struct DiskIdentity: Hashable, Sendable {
    private let digits: String

    /// Derives them from a text that says what the image is made of.
    package init(of description: String) {
        digits = SHA256.hexadecimal(of: Array("devenv disk 1\n\(description)".utf8))
    }

    /// Of the root file system, for the boot loader and the kernel's `root=`.
    package var rootFileSystem: String { uuid("root") }
    var table: String { uuid("table") }
    var hashSeed: String { uuid("hash seed") }
    /// Of the EFI system partition's file system: eight hexadecimal digits.
    var bootVolume: String { String(uuid("boot volume").prefix(8)) }

    func partition(_ number: Int) -> String { uuid("partition \(number)") }

    /// A UUID of version 8 (RFC 9562, section 5.8).
    private func uuid(_ part: String) -> String {
        var nibbles = Array(SHA256.hexadecimal(of: Array("\(digits) \(part)".utf8)).prefix(32))
        nibbles[12] = "8"
        nibbles[16] = "8"
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(nibbles[$0]) }.joined(separator: "-")
    }
}
