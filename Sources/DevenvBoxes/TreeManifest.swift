import DevenvCrypto
import DevenvHost
import SystemPackage

/// What a tree consists of, as text: one line for each entry, in the order of their paths. Its digest is the image's name.
struct TreeManifest: Hashable, Sendable {
    /// The first line, so that another kind of manifest never has the digest of one of this kind.
    static let heading = "devenv tree 1"

    let entries: [TreeEntry]

    var bytes: [UInt8] {
        Array(([Self.heading] + entries.map(\.line)).joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
    }

    /// What the contents of the files add up to.
    var size: Int64 {
        entries.reduce(0) { sum, entry in
            guard case .file(let size, _) = entry.content else { return sum }
            return sum + size
        }
    }

    /// Reads a tree and all its files.
    static func measuring(_ root: FilePath) async throws(BoxError) -> TreeManifest {
        try await measuring(try BoxError.wrap { () throws(HostError) in try TreeWalk.entries(of: root) })
    }

    /// Reads the files of a tree that has been looked through.
    static func measuring(_ found: [TreeWalk.Found]) async throws(BoxError) -> TreeManifest {
        TreeManifest(entries: try await FileDigests.filling(found))
    }
}
