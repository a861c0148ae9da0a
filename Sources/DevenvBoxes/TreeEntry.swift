import SystemPackage

/// One entry of a tree, with everything about it that a machine can tell apart: a line of the manifest.
///
/// Times are left out, as unpacking sets them and no two builds agree on them; so are hard links, as overlayfs breaks them
/// anyway: each name counts as a file.
struct TreeEntry: Hashable, Sendable {
    /// What an entry is.
    enum Content: Hashable, Sendable {
        case directory
        case file(size: Int64, digest: String)
        case link(target: ManifestWord)
        case device(block: Bool, major: UInt32, minor: UInt32)
        case pipe
        case socket
    }

    /// From the tree's root, beginning with a slash.
    let path: ManifestWord
    /// The permission bits, with set-user-id, set-group-id and sticky.
    let mode: UInt32
    let owner: UInt32
    let group: UInt32
    var content: Content
    /// Names and values, in the order of the names.
    let attributes: [Attribute]

    /// An extended attribute, such as `security.capability`.
    struct Attribute: Hashable, Sendable {
        let name: ManifestWord
        /// As hexadecimal digits.
        let value: String
    }

    /// Fields with single spaces between them: type, mode, owner, group, path, what the type adds, attributes.
    var line: String {
        let padded = String(repeating: "0", count: max(0, 4 - octal.count)) + octal
        let fields = ["\(type)", padded, "\(owner)", "\(group)", path.text] + details
        return (fields + attributes.map { "\($0.name.text)=\($0.value)" }).joined(separator: " ")
    }

    private var octal: String { String(mode, radix: 8) }

    private var type: Character {
        switch content {
        case .directory: "d"
        case .file: "f"
        case .link: "l"
        case .device(let block, _, _): block ? "b" : "c"
        case .pipe: "p"
        case .socket: "s"
        }
    }

    private var details: [String] {
        switch content {
        case .directory, .pipe, .socket: []
        case .file(let size, let digest): ["\(size)", digest]
        case .link(let target): [target.text]
        case .device(_, let major, let minor): ["\(major):\(minor)"]
        }
    }
}

/// A name from a file system as a word of the manifest: bytes that are not printable ASCII, spaces and `%` become `%` and two
/// hexadecimal digits, so that every name, whatever its bytes, is one word, and no two names are the same word.
struct ManifestWord: Hashable, Sendable, Comparable {
    let text: String

    init(escaping bytes: some Sequence<UInt8>) {
        let digits = Array("0123456789abcdef".utf8)
        let percent = UInt8(ascii: "%")
        let escaped = bytes.flatMap { byte in
            let isPlain = byte > 0x20 && byte < 0x7f && byte != percent
            return isPlain ? [byte] : [percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        text = String(decoding: escaped, as: UTF8.self)
    }

    /// Orders by bytes, whatever the locale.
    static func < (left: ManifestWord, right: ManifestWord) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}
