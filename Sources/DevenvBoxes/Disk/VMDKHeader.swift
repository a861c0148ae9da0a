/// The beginning of a VMware disk image of one file ("Virtual Disk Format 5.0", hosted sparse extents), as far as it decides
/// whether the image may be part of a box.
enum VMDKHeader {
    private static let magic: [UInt8] = Array("KDMV".utf8)
    private static let sector = 512
    /// Enough for the header and the description inside.
    static let longest = 1 << 20

    /// Whether an image holds all of its disk: it is sparse, and the description in it speaks of one such extent, and of no
    /// image below it. One in form of a text, or whose description names other extents, can lead to any file of this host.
    static func standsForItself(_ head: [UInt8]) -> Bool {
        guard head.starts(with: magic), let offset = long(head, 28), let count = long(head, 36) else { return false }
        guard offset > 0, count > 0, offset < longest / sector, count <= longest / sector else { return false }
        let start = offset * sector
        guard start < head.count else { return false }
        let bytes = head[start..<min(start + count * sector, head.count)].prefix { $0 != 0 }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map {
            $0.split(separator: " ", omittingEmptySubsequences: true)
        }
        let extents = lines.filter { ["RW", "RDONLY", "NOACCESS"].contains($0.first) }
        guard extents.count == 1, extents[0].count >= 3, extents[0][2] == "SPARSE" else { return false }
        return !String(decoding: bytes, as: UTF8.self).lowercased().contains("parentfilenamehint")
    }

    /// A number of sectors, the least significant byte first; nil where it is none that fits.
    private static func long(_ head: [UInt8], _ offset: Int) -> Int? {
        guard head.count >= offset + 8 else { return nil }
        return Int(exactly: head[offset..<(offset + 8)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
