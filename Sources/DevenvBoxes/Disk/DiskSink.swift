import DevenvCrypto
import DevenvHost
import Glibc
import SystemPackage

/// A new file that a disk image is written into; its digest is computed on the way, so that nothing is read twice and what
/// is digested is what was written, even where the source changes meanwhile.
///
/// Blocks of zeros are left out, as holes.
actor DiskSink {
    /// As large a piece as is worth handing in at once.
    static let piece = 1 << 20
    private static let block = 64 << 10

    private let path: FilePath
    private let file: FileDescriptor
    private let digest = RunningDigest()
    /// How much was written, holes included.
    private(set) var length: Int64 = 0

    /// Makes the file, which must not exist.
    init(creating path: FilePath) throws(HostError) {
        self.path = path
        file = try HostError.wrap("writing", path) {
            try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: [.ownerReadWrite])
        }
    }

    deinit {
        try? file.close()  // `finish` has told of what may go wrong with what was written
    }

    /// Adds bytes; one thread digests them while another one writes.
    func write(_ bytes: [UInt8]) async throws(HostError) {
        async let digested: Void = digest.update(bytes)
        let start = length
        length += Int64(bytes.count)
        try store(bytes, at: start)
        await digested
    }

    /// Ends the file and returns its digest.
    func finish() async throws(HostError) -> ImageDigest {
        // a hole at the end is not there until the length says so
        guard ftruncate(file.rawValue, off_t(length)) == 0 else {
            throw HostError("writing", path, Errno(rawValue: errno))
        }
        return await digest.finish()
    }

    private func store(_ bytes: [UInt8], at start: Int64) throws(HostError) {
        try HostError.wrap("writing", path) {
            try bytes.withUnsafeBytes { bytes in
                var offset = 0
                while offset < bytes.count {
                    let run = Self.run(in: bytes, from: offset)
                    if !run.isHole {
                        let part = UnsafeRawBufferPointer(rebasing: bytes[run.range])
                        _ = try file.writeAll(toAbsoluteOffset: start + Int64(offset), part)
                    }
                    offset = run.range.upperBound
                }
            }
        }
    }

    /// As many blocks from an offset on as are all zeros, or all not.
    private static func run(in bytes: UnsafeRawBufferPointer, from start: Int) -> (range: Range<Int>, isHole: Bool) {
        let isHole = isZero(bytes, at: start)
        var end = min(start + block, bytes.count)
        while end < bytes.count, isZero(bytes, at: end) == isHole { end = min(end + block, bytes.count) }
        return (start..<end, isHole)
    }

    /// Whether a block is all zeros: its first byte is, and each is as the one before it.
    private static func isZero(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Bool {
        let block = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + block, bytes.count)])
        guard let base = block.baseAddress, block[0] == 0 else { return false }
        return memcmp(base, base + 1, block.count - 1) == 0
    }
}

/// A digest that is computed beside other work.
actor RunningDigest {
    private var hash = SHA256()

    /// Adds bytes.
    func update(_ bytes: [UInt8]) { hash.update(bytes) }

    /// Ends the digest and begins another one.
    func finish() -> ImageDigest {
        var ended = SHA256()
        swap(&hash, &ended)
        return ImageDigest(hexadecimal: ended.hexadecimal())
    }
}
