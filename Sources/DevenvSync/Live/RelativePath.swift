/// A path below a synced folder, byte for byte as the system has it: names need not be UTF-8.
struct RelativePath: Hashable, Sendable {
    /// The names with slashes between them; empty for the folder itself.
    let bytes: [UInt8]

    /// The folder itself.
    static let root = RelativePath([])
    private static let slash = UInt8(ascii: "/")

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The path of an entry of this directory.
    func appending(_ name: some Sequence<UInt8>) -> RelativePath {
        RelativePath(bytes.isEmpty ? Array(name) : bytes + [Self.slash] + name)
    }

    /// The directory that it is in; nil for the folder itself.
    var parent: RelativePath? {
        guard !bytes.isEmpty else { return nil }
        return RelativePath(bytes.lastIndex(of: Self.slash).map { Array(bytes[..<$0]) } ?? [])
    }

    /// Its last name; empty for the folder itself.
    var name: ArraySlice<UInt8> { bytes[(bytes.lastIndex(of: Self.slash).map { $0 + 1 } ?? 0)...] }

    /// How many names it has.
    var depth: Int { bytes.isEmpty ? 0 : bytes.count { $0 == Self.slash } + 1 }

    /// Whether it is the other one or below it: `app2` is not within `app`.
    func isWithin(_ other: RelativePath) -> Bool {
        if other.bytes.isEmpty { return true }
        guard bytes.starts(with: other.bytes) else { return false }
        return bytes.count == other.bytes.count || bytes[other.bytes.count] == Self.slash
    }
}

extension RelativePath: CustomStringConvertible {
    /// For messages.
    var description: String { String(decoding: bytes, as: UTF8.self) }
}
