import SystemPackage

/// A header block of a tar archive (POSIX.1-2017 pax, "ustar Interchange Format"; tar(5) for what GNU adds).
struct TarHeader: Hashable, Sendable {
    static let length = 512

    /// What follows the header.
    enum Kind: Hashable, Sendable {
        case file
        case directory
        /// A file with holes, in the form of GNU tar before pax: the map begins in the header.
        case sparseFile
        /// Fields for the next member (pax).
        case fields
        /// The name of the next member (GNU).
        case longName
        /// What the next member, a link, leads to (GNU).
        case longTarget
        /// A second name of a file that is in the archive.
        case hardLink
        case symbolicLink
        /// A device or a pipe.
        case special
        /// Whatever else has no content of interest here.
        case other
    }

    let kind: Kind
    let name: String
    /// What a link leads to.
    let target: String
    /// How many bytes follow, without what fills the last block.
    let size: Int64
    private let block: [UInt8]

    /// Reads a block; nil for one that is no header.
    init?(_ block: [UInt8]) {
        guard block.count == Self.length, Self.isSumRight(block) else { return nil }
        guard let size = Self.number(block[124..<136]) else { return nil }
        self.block = block
        kind = Self.kind(block[156])
        // links, devices, directories and pipes have no content; a hard link may have the size of its file here
        self.size = (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(block[156]) ? 0 : size
        target = Self.text(block[157..<257])
        let isPOSIX = block[257..<263].elementsEqual("ustar\0".utf8)
        let prefix = isPOSIX ? Self.text(block[345..<500]) : ""
        let name = Self.text(block[0..<100])
        self.name = prefix.isEmpty ? name : "\(prefix)/\(name)"
    }

    /// The length of a file with all its holes, for `.sparseFile`.
    var realSize: Int64? { Self.number(block[483..<495]) }
    /// The parts that are no holes, as far as the header holds them, for `.sparseFile`.
    var parts: [SparseMap.Part] { Self.parts(block[386..<482]) }
    /// Whether a block with more of them follows, for `.sparseFile`.
    var isMapContinued: Bool { block[482] != 0 }

    /// The parts in a block that continues a map, and whether another one follows.
    static func continuation(_ block: [UInt8]) -> (parts: [SparseMap.Part], isContinued: Bool) {
        (parts(block[0..<504]), block[504] != 0)
    }

    private static func parts(_ bytes: ArraySlice<UInt8>) -> [SparseMap.Part] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: 24).compactMap { start in
            guard let offset = number(bytes[start..<(start + 12)]) else { return nil }
            guard let count = number(bytes[(start + 12)..<(start + 24)]), count > 0 else { return nil }
            return SparseMap.Part(offset: offset, count: count)
        }
    }

    private static func kind(_ flag: UInt8) -> Kind {
        switch flag {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): .file
        case UInt8(ascii: "5"): .directory
        case UInt8(ascii: "S"): .sparseFile
        case UInt8(ascii: "x"): .fields
        case UInt8(ascii: "L"): .longName
        case UInt8(ascii: "K"): .longTarget
        case UInt8(ascii: "1"): .hardLink
        case UInt8(ascii: "2"): .symbolicLink
        case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): .special
        default: .other
        }
    }

    /// Octal digits, or where the first bit is set, a number as it is (GNU); nil for anything else and for negative ones.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            let rest = field.dropFirst().reduce((UInt64(first & 0x7f), false)) { value, byte in
                (value.0 << 8 | UInt64(byte), value.1 || value.0 >> 55 != 0)
            }
            return rest.1 ? nil : Int64(exactly: rest.0)
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        return digits.isEmpty
            ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The sum of all bytes, the field of the sum itself taken as spaces.
    private static func isSumRight(_ block: [UInt8]) -> Bool {
        let field = 148..<156
        let sum = block.indices.reduce(Int64(0)) { $0 + (field.contains($1) ? 0x20 : Int64(block[$1])) }
        return number(block[field]) == sum
    }
}
