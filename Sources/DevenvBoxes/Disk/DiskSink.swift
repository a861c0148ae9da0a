import CHost
import DevenvHost
import Glibc
import SystemPackage

/// A new file that a disk image is written into. Blocks of zeros are left out, as holes.
///
/// Belongs to one task; another one may read what was written and follow `progress`.
final class DiskSink {
    /// As large a piece as is worth handing in at once.
    static let piece = 1 << 20
    private static let block = 64 << 10

    /// How much the kernel copies at once.
    private static let stretch: Int64 = 16 << 20

    /// How far the file has come, whenever that changes; ends with the file.
    let progress: AsyncStream<Int64>
    private let announcement: AsyncStream<Int64>.Continuation
    private let path: FilePath
    private let file: FileDescriptor
    private var flush = EarlyFlush()
    private var length: Int64 = 0 {
        didSet {
            flush.advance(file, to: length)
            announcement.yield(length)
        }
    }

    /// Makes the file, which must not exist.
    init(creating path: FilePath) throws(HostError) {
        self.path = path
        (progress, announcement) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        file = try HostError.wrap("writing", path) {
            try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: [.ownerReadWrite])
        }
    }

    deinit {
        announcement.finish()
        try? file.close()  // `finish` has told of what may go wrong with what was written
    }

    /// Adds bytes.
    func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
        try HostError.wrap("writing", path) {
            var offset = 0
            while offset < bytes.count {
                let run = Self.run(in: bytes, from: offset)
                if !run.isHole {
                    let part = UnsafeRawBufferPointer(rebasing: bytes[run.range])
                    _ = try file.writeAll(toAbsoluteOffset: length + Int64(offset), part)
                }
                offset = run.range.upperBound
            }
        }
        length += Int64(bytes.count)
    }

    /// Adds bytes.
    func write(_ bytes: [UInt8]) throws(HostError) {
        try bytes.withUnsafeBytes { bytes in Result { () throws(HostError) in try write(bytes) } }.get()
    }

    /// Adds what stands in another file from here on, some of it at a time, its holes left out; false at its end. The kernel
    /// copies, and shares blocks where the file system can. Nil where it can't copy between two such files.
    func take(from source: FileDescriptor, upTo end: Int64) throws(HostError) -> Bool? {
        var data = (start: 0, end: 0)
        let found = devenv_next_data(source.rawValue, Int(length), &data.start, &data.end)
        guard found >= 0 else { throw HostError("reading what goes into", path, Errno(rawValue: errno)) }
        guard found == 1, data.start < end else {
            length = end
            return false
        }
        let count = min(Int64(data.end), end, Int64(data.start) + Self.stretch) - Int64(data.start)
        let copied = devenv_copy_range(source.rawValue, file.rawValue, data.start, Int(count))
        // what it says of file systems that it can't copy between differs from kernel to kernel
        if copied < 0, length == 0, [EXDEV, EINVAL, ENOSYS, EOPNOTSUPP].contains(errno) { return nil }
        guard copied >= 0 else { throw HostError("writing", path, Errno(rawValue: errno)) }
        length = Int64(data.start + copied)
        return copied > 0
    }

    /// Ends the file.
    func finish() throws(HostError) {
        // a hole at the end is not there until the length says so
        guard ftruncate(file.rawValue, off_t(length)) == 0 else {
            throw HostError("writing", path, Errno(rawValue: errno))
        }
        announcement.finish()
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
