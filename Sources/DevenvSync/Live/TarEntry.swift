/// One file or symbolic link for an archive of POSIX.1-2001 (pax), which every tar reads; pure.
///
/// Long names are in GNU's own entries before it, which BusyBox understands as well. Times have their nanoseconds in the
/// extended header, as rsync otherwise could not tell a file that changed twice within a second.
struct TarEntry: Sendable {
    /// What kind of entry it is.
    enum Kind: Hashable, Sendable {
        /// A file with so many bytes.
        case file(size: Int)
        /// A symbolic link, and where it leads.
        case link(target: [UInt8])
    }

    /// The name in the archive.
    let name: [UInt8]
    let kind: Kind
    /// The permission bits.
    let mode: UInt32
    /// When its content changed last, since 1970.
    let seconds: Int
    let nanoseconds: Int

    private static let block = 512

    /// The archive's end: two empty blocks.
    static let end = [UInt8](repeating: 0, count: 2 * block)

    /// What stands before the content.
    func header(owner: String, group: String) -> [UInt8] {
        var bytes: [UInt8] = []
        if case .link(let target) = kind, target.count > 100 { bytes += Self.long("K", target, owner, group) }
        if name.count > 100 { bytes += Self.long("L", name, owner, group) }
        let time = Self.record("mtime", "\(seconds).\(Self.padded(nanoseconds))")
        bytes += Self.block("x", name: Array("pax".utf8), size: time.count, owner, group) + Self.filled(time)
        return bytes + Self.block(typeFlag, name: name, size: size, owner, group, mode: mode, seconds: seconds, link)
    }

    /// So many bytes follow the content, as it ends with a block.
    var padding: Int { (Self.block - size % Self.block) % Self.block }

    private var size: Int { if case .file(let size) = kind { size } else { 0 } }
    private var typeFlag: Character { if case .file = kind { "0" } else { "2" } }
    private var link: [UInt8] { if case .link(let target) = kind { target } else { [] } }

    /// A name that the header has no room for, as the content of an entry of its own.
    private static func long(_ type: Character, _ name: [UInt8], _ owner: String, _ group: String) -> [UInt8] {
        let content = name + [0]
        return block(type, name: Array("././@LongLink".utf8), size: content.count, owner, group) + filled(content)
    }

    /// A line of an extended header, which begins with its own length.
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while String(length).utf8.count + rest.utf8.count != length { length += 1 }
        return Array("\(length)\(rest)".utf8)
    }

    private static func padded(_ nanoseconds: Int) -> String {
        let digits = String(nanoseconds)
        return String(repeating: "0", count: max(0, 9 - digits.count)) + digits
    }

    private static func filled(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (block - bytes.count % block) % block)
    }

    /// A header (POSIX.1-2017, XCU pax, "ustar Interchange Format").
    private static func block(
        _ type: Character, name: [UInt8], size: Int, _ owner: String, _ group: String, mode: UInt32 = 0o644,
        seconds: Int = 0, _ link: [UInt8] = []
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: block)
        func put(_ field: some Collection<UInt8>, _ offset: Int, _ width: Int) {
            for (index, byte) in field.prefix(width).enumerated() { bytes[offset + index] = byte }
        }
        func put(number: Int, _ offset: Int, _ width: Int) {
            let digits = String(max(0, number), radix: 8)
            let zeros = String(repeating: "0", count: max(0, width - 1 - digits.utf8.count))
            put((zeros + digits).utf8, offset, width)
        }
        put(name, 0, 100)
        put(number: Int(mode), 100, 8)
        put(number: Int(owner) ?? 0, 108, 8)
        put(number: Int(group) ?? 0, 116, 8)
        put(number: size, 124, 12)
        put(number: seconds, 136, 12)
        put("        ".utf8, 148, 8)
        put(String(type).utf8, 156, 1)
        put(link, 157, 100)
        put("ustar\u{0}00".utf8, 257, 8)
        put(owner.utf8, 265, 31)
        put(group.utf8, 297, 31)
        let sum = bytes.reduce(0) { $0 + Int($1) }
        put(number: sum, 148, 7)
        bytes[154] = 0
        bytes[155] = UInt8(ascii: " ")
        return bytes
    }
}
