/// All files of a catalog as one: a tar archive (POSIX.1-1988 with extended headers), as registries keep catalogs. Always the same
/// bytes for the same files. Pure.
package struct CatalogArchive: Hashable, Sendable {
    private static let block = 512

    /// The archive.
    package let bytes: [UInt8]
    /// Where in it the files are, by their paths.
    private let members: [String: Range<Int>]

    /// The paths of the files.
    package var paths: Set<String> { Set(members.keys) }

    /// The content of a file; nil where there is none.
    package subscript(path: String) -> [UInt8]? { members[path].map { Array(bytes[$0]) } }

    /// Puts files together, by their paths below the catalog.
    package init(_ files: [String: [UInt8]] = [:]) {
        var bytes: [UInt8] = []
        var members: [String: Range<Int>] = [:]
        for (path, content) in files.sorted(by: { $0.key < $1.key }) {
            if path.utf8.count > TarBlock.longestName {
                Self.append(Self.record(path), named: "pax", kind: TarBlock.extended, to: &bytes)
            }
            let start = bytes.count + Self.block
            Self.append(content, named: path, kind: TarBlock.file, to: &bytes)
            members[path] = start..<start + content.count
        }
        self.bytes = bytes + [UInt8](repeating: 0, count: 2 * Self.block)
        self.members = members
    }

    /// The same with other files in the place of some, or beside them.
    func replacing(_ files: [String: [UInt8]]) -> CatalogArchive {
        var all = members.mapValues { Array(bytes[$0]) }
        all.merge(files) { $1 }
        return CatalogArchive(all)
    }

    private static func append(_ content: [UInt8], named name: String, kind: UInt8, to bytes: inout [UInt8]) {
        bytes += TarBlock.make(name, kind: kind, size: content.count)
        bytes += content
        bytes += [UInt8](repeating: 0, count: -content.count & (block - 1))
    }

    /// A record of an extended header: its own length, which counts itself, then what it says.
    private static func record(_ path: String) -> [UInt8] {
        let rest = " path=\(path)\n"
        var length = rest.utf8.count
        while rest.utf8.count + String(length).utf8.count != length {
            length = rest.utf8.count + String(length).utf8.count
        }
        return Array("\(length)\(rest)".utf8)
    }
}

// Reading what somebody else has made.
extension CatalogArchive {
    /// Reads an archive. Throws `.invalid` for what is none, or holds a path twice or outside of the catalog.
    package init(reading bytes: [UInt8], _ attempt: String) throws(CatalogError) {
        var members: [String: Range<Int>] = [:]
        var offset = 0
        var longName: String?
        while offset + Self.block <= bytes.count {
            let header = bytes[offset..<offset + Self.block]
            if header.allSatisfy({ $0 == 0 }) { break }
            guard let (name, kind, size) = TarBlock.read(header), size <= bytes.count - offset - Self.block else {
                throw .broken(attempt)
            }
            let content = offset + Self.block..<offset + Self.block + size
            offset = content.upperBound + (-size & (Self.block - 1))
            guard kind != TarBlock.extended else {
                longName = Self.path(in: bytes[content])
                continue
            }
            let path = longName ?? name
            longName = nil
            guard kind == TarBlock.file else { continue }
            guard CatalogIndex.isInside(path), members.updateValue(content, forKey: path) == nil else {
                throw .broken(attempt)
            }
        }
        guard !members.isEmpty else { throw .broken(attempt) }
        self.bytes = bytes
        self.members = members
    }

    /// The path that an extended header says.
    private static func path(in content: ArraySlice<UInt8>) -> String? {
        var rest = content
        while let space = rest.firstIndex(of: UInt8(ascii: " ")) {
            guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > space - rest.startIndex,
                length <= rest.count
            else { return nil }
            let record = String(decoding: rest[(space + 1)..<rest.startIndex + length], as: UTF8.self)
            if record.hasPrefix("path="), record.hasSuffix("\n") { return String(record.dropFirst(5).dropLast()) }
            rest = rest[(rest.startIndex + length)...]
        }
        return nil
    }
}

/// The block before each member of a tar archive.
private enum TarBlock {
    static let file = UInt8(ascii: "0")
    static let extended = UInt8(ascii: "x")
    static let longestName = 100
    private static let size = 124..<136
    private static let checksum = 148..<156

    static func make(_ name: String, kind: UInt8, size: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at start: Int) {
            for (index, byte) in text.utf8.enumerated() { block[start + index] = byte }
        }
        put(String(decoding: name.utf8.prefix(longestName), as: UTF8.self), at: 0)
        put("0000644\0" + "0000000\0" + "0000000\0", at: 100)
        put(octal(size, digits: 11), at: self.size.lowerBound)
        put(octal(0, digits: 11), at: 136)
        block[156] = kind
        put("ustar\0" + "00", at: 257)
        put(octal(sum(block[...]), digits: 6) + "\0 ", at: checksum.lowerBound)
        return block
    }

    /// Nil for what is no such block.
    static func read(_ block: ArraySlice<UInt8>) -> (name: String, kind: UInt8, size: Int)? {
        let start = block.startIndex
        func field(_ range: Range<Int>) -> Substring {
            let bytes = block[(start + range.lowerBound)..<(start + range.upperBound)].prefix { $0 != 0 }
            return Substring(decoding: bytes, as: UTF8.self)
        }
        func number(_ range: Range<Int>) -> Int? { Int(field(range).filter { $0 != " " }, radix: 8) }
        guard number(checksum) == sum(block), let length = number(size), length >= 0 else { return nil }
        let kind = block[start + 156]
        return (String(field(0..<longestName)), kind == 0 ? file : kind, length)
    }

    /// The sum of all bytes, with spaces in the place of the sum itself.
    private static func sum(_ block: ArraySlice<UInt8>) -> Int {
        let start = block.startIndex
        return block.indices.reduce(0) { sum, index in
            sum + (checksum.contains(index - start) ? 32 : Int(block[index]))
        }
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

extension CatalogError {
    fileprivate static func broken(_ attempt: String) -> CatalogError {
        CatalogError(
            .invalid, "\(attempt): its files can't be read",
            help: "whoever publishes it has to publish it again, or to use the devenv that you have")
    }
}
