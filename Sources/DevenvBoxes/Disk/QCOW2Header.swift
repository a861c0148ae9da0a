/// The header of a QEMU copy-on-write image (docs/interop/qcow2.txt in QEMU's sources), as far as it decides whether the
/// image may be a box.
struct QCOW2Header: Hashable, Sendable {
    static let magic: [UInt8] = [0x51, 0x46, 0x49, 0xfb]
    /// Enough for the header and all its extensions, which lie in the first cluster: clusters are no larger.
    static let longest = 2 << 20

    /// The size of the disk, in bytes.
    let virtualSize: Int64

    /// Why an image can't be a box.
    enum Refusal: Error, Hashable, Sendable {
        case noImage
        case truncated
        case backingFile(name: String)
        case dataFile
        case encrypted
        case unclean
        case corrupt
        case unknown(String)
    }

    /// Reads the beginning of a file.
    init(_ head: [UInt8]) throws(Refusal) {
        guard head.starts(with: Self.magic) else { throw .noImage }
        let fields = BigEndianFields(bytes: head)
        guard let version = fields.word(4), let clusterBits = fields.word(20), let size = fields.long(24) else {
            throw .truncated
        }
        guard version == 2 || version == 3 else { throw .unknown("version \(version)") }
        guard (9...21).contains(clusterBits) else { throw .unknown("clusters of 2^\(clusterBits) bytes") }
        guard size > 0, size <= UInt64(Int64.max) else { throw .unknown("a size of \(size) bytes") }
        try Self.checkBackingFile(fields)
        guard let encryption = fields.word(32) else { throw .truncated }
        guard encryption == 0 else { throw .encrypted }
        let length = try Self.checkFeatures(fields, version)
        try Self.checkExtensions(fields, from: length, to: 1 << Int(clusterBits))
        virtualSize = Int64(size)
    }

    /// Nothing of a backing file may be opened: it may be any file of this host.
    private static func checkBackingFile(_ fields: BigEndianFields) throws(Refusal) {
        guard let offset = fields.long(8), let length = fields.word(16) else { throw .truncated }
        guard offset != 0 else { return }
        let start = Int(min(offset, UInt64(longest)))
        let name = fields.bytes.dropFirst(start).prefix(Int(min(length, 1023)))
        throw .backingFile(name: String(decoding: name, as: UTF8.self))
    }

    /// The length of the header; the bits of `incompatible_features` say what an image can't be read without.
    private static func checkFeatures(_ fields: BigEndianFields, _ version: UInt32) throws(Refusal) -> Int {
        guard version == 3 else { return 72 }
        guard let features = fields.long(72), let length = fields.word(100) else { throw .truncated }
        if features & 1 << 0 != 0 { throw .unclean }
        if features & 1 << 1 != 0 { throw .corrupt }
        if features & 1 << 2 != 0 { throw .dataFile }
        // 3 is the type of compression, 4 are extended L2 entries
        guard features >> 5 == 0 else { throw .unknown("features \(String(features, radix: 16))") }
        return Int(length)
    }

    private static func checkExtensions(_ fields: BigEndianFields, from start: Int, to end: Int) throws(Refusal) {
        var offset = start
        while offset <= end - 8 {
            guard let type = fields.word(offset), let length = fields.word(offset + 4) else { throw .truncated }
            switch type {
            case 0: return
            case 0x4441_5441: throw .dataFile
            case 0x0537_be77: throw .encrypted
            default: offset += 8 + (Int(length) + 7) / 8 * 8
            }
        }
    }
}

/// Numbers as they lie in a file, the most significant byte first.
struct BigEndianFields {
    let bytes: [UInt8]

    func word(_ offset: Int) -> UInt32? { number(offset, count: 4).map { UInt32(truncatingIfNeeded: $0) } }
    func long(_ offset: Int) -> UInt64? { number(offset, count: 8) }

    private func number(_ offset: Int, count: Int) -> UInt64? {
        guard offset >= 0, offset + count <= bytes.count else { return nil }
        return bytes[offset..<(offset + count)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
