import DevenvCrypto

/// What an image of several files consists of, as text: one line for each file, in the order that matters. Its digest is the
/// image's name.
struct FileManifest: Hashable, Sendable {
    /// The first line, so that another kind of manifest never has the digest of one of this kind.
    private static let heading = "devenv files 1"

    /// A file.
    struct File: Hashable, Sendable {
        let name: String
        let digest: ImageDigest
        let size: Int64
    }

    let files: [File]

    init(files: [File]) { self.files = files }

    /// Reads what `bytes` writes; nil for anything else.
    init?(_ bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.first == Substring(Self.heading) else { return nil }
        let files = lines.dropFirst().compactMap { line -> File? in
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, let digest = ImageDigest(parsing: "sha256:\(words[0])") else { return nil }
            guard let size = Int64(words[1]), FileName.isPlain(String(words[2])) else { return nil }
            return File(name: String(words[2]), digest: digest, size: size)
        }
        guard files.count == lines.count - 1 else { return nil }
        self.files = files
    }

    /// The text.
    var bytes: [UInt8] {
        let lines = files.map { "\($0.digest.hexadecimal) \($0.size) \($0.name)" }
        return Array(([Self.heading] + lines).joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
    }

    /// The digest of the text.
    var digest: ImageDigest { ImageDigest(hexadecimal: SHA256.hexadecimal(of: bytes)) }

    /// What the files' lengths add up to.
    var size: Int64 { files.reduce(0) { $0 + $1.size } }
}

/// Names of files that an archive may give to what is stored.
enum FileName {
    /// Whether a name stands for a file in its directory and nothing else, whatever reads it: letters, digits, blanks inside and
    /// a few signs, not beginning with a dot or a hyphen.
    static func isPlain(_ name: String) -> Bool {
        guard let first = name.first, first != ".", first != "-", first != " ", name.last != " " else { return false }
        return name.utf8.count <= 200
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-+ ()[]@,".contains($0)) }
    }
}
