import CHost
import DevenvHost
import FoundationEssentials
import Glibc
import SystemPackage

/// The bytes of a disk in a file of this process's own.
struct RawDisk: Sendable {
    let path: FilePath

    /// A part of the disk, in bytes.
    struct Part: Hashable, Sendable {
        let offset: Int64
        let length: Int64
    }

    /// What a part holds, as its first blocks tell it.
    enum Content: Hashable, Sendable {
        case ext
        case swap
        case other
    }

    /// Reads what `sfdisk --json` says; nil for anything else.
    static func parts(listing: [UInt8]) -> [Part]? {
        guard let table = try? JSONDecoder().decode(Listing.self, from: Data(listing)).partitiontable else {
            return nil
        }
        let sector = table.sectorsize ?? 512
        return (table.partitions ?? []).map { Part(offset: $0.start * sector, length: $0.size * sector) }
    }

    private struct Listing: Decodable {
        struct Table: Decodable {
            let sectorsize: Int64?
            let partitions: [Partition]?
        }

        struct Partition: Decodable {
            let start: Int64
            let size: Int64
        }

        let partitiontable: Table
    }

    /// What a part holds.
    func content(of part: Part) throws(HostError) -> Content {
        // ext2: s_magic at 56 of the superblock at 1024; swap: at the end of the first page
        if try bytes(at: part.offset + 1024 + 56, count: 2) == [0x53, 0xEF] { return .ext }
        let mark = Array("SWAPSPACE2".utf8)
        return try bytes(at: part.offset + 4096 - 10, count: mark.count) == mark ? .swap : .other
    }

    private func bytes(at offset: Int64, count: Int) throws(HostError) -> [UInt8] {
        try HostError.wrap("reading", path) {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            return try file.closeAfter {
                try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                    filled = try file.read(fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(buffer))
                }
            }
        }
    }

    /// Overwrites what was paged out with zeros; the page that says that it is a swap space, and which, stays.
    func emptySwap(_ part: Part) throws(HostError) {
        try HostError.wrap("writing", path) {
            let file = try FileDescriptor.open(path, .readWrite, options: [.closeOnExec])
            try file.closeAfter {
                let zeros = [UInt8](repeating: 0, count: 1 << 20)
                for stretch in try Self.stretches(of: file, from: part.offset + 4096, to: part.offset + part.length) {
                    for start in stride(from: stretch.lowerBound, to: stretch.upperBound, by: zeros.count) {
                        let count = min(Int64(zeros.count), stretch.upperBound - start)
                        _ = try file.writeAll(toAbsoluteOffset: start, zeros.prefix(Int(count)))
                    }
                }
            }
        }
    }

    /// Whether one of some texts stands anywhere on the disk; holes are not read.
    func holds(_ texts: [[UInt8]]) async throws(BoxError) -> Bool {
        let searches = texts.map(ByteSearch.init)
        let overlap = Int64((texts.map(\.count).max() ?? 1) - 1)
        let size = try BoxError.wrap { () throws(HostError) in try HostFiles.size(of: path) }
        let stretches = try BoxError.wrap { () throws(HostError) in
            try HostError.wrap("reading", path) {
                let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
                return try file.closeAfter { try Self.stretches(of: file, from: 0, to: size) }
            }
        }
        for stretch in stretches {
            for start in stride(from: stretch.lowerBound, to: stretch.upperBound, by: 4 << 20) {
                if Task.isCancelled { throw BoxError(.cancelled, "looking through '\(path)': interrupted") }
                let count = Int(min(4 << 20 + overlap, stretch.upperBound - start))
                let bytes = try BoxError.wrap { () throws(HostError) in try self.bytes(at: start, count: count) }
                if searches.contains(where: { $0.isFound(in: bytes) }) { return true }
                await Task.yield()
            }
        }
        return false
    }

    /// The parts of a file that are no holes.
    private static func stretches(of file: FileDescriptor, from start: Int64, to end: Int64) throws(Errno) -> [Range<
        Int64
    >] {
        var stretches: [Range<Int64>] = []
        var position = Int(start)
        while position < end {
            var (first, next) = (0, 0)
            switch devenv_next_data(file.rawValue, position, &first, &next) {
            case 1 where first < end: stretches.append(Int64(first)..<min(Int64(next), end))
            case 1: return stretches
            case 0: return stretches
            default: throw Errno(rawValue: errno)
            }
            position = next
        }
        return stretches
    }
}

/// Looks for a text of some length in many bytes (R. N. Horspool, "Practical fast searching in strings", 1980).
struct ByteSearch: Sendable {
    private let text: [UInt8]
    private let steps: [Int]

    init(_ text: [UInt8]) {
        self.text = text
        var steps = [Int](repeating: text.count, count: 256)
        for (index, byte) in text.dropLast().enumerated() { steps[Int(byte)] = text.count - 1 - index }
        self.steps = steps
    }

    func isFound(in bytes: [UInt8]) -> Bool {
        guard let last = text.last else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            text.withUnsafeBufferPointer { text in
                steps.withUnsafeBufferPointer { steps in
                    var end = text.count - 1
                    while end < bytes.count {
                        let byte = bytes[end]
                        if byte == last, bytes[(end - text.count + 1)...end].elementsEqual(text) { return true }
                        end += steps[Int(byte)]
                    }
                    return false
                }
            }
        }
    }
}
