import DevenvHost
import SystemPackage

/// Reads a file from its beginning on, always into the same memory. Belongs to one task.
final class DiskReader {
    private let path: FilePath
    private let file: FileDescriptor
    private var position: Int64 = 0
    /// As large as the processor's own memory has room for beside a digest.
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)
    private var mayKernelCopy = true

    /// Opens the file.
    init(opening path: FilePath) throws(HostError) {
        self.path = path
        file = try HostError.wrap("reading", path) {
            try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
        }
    }

    deinit {
        try? file.close()  // it was only read
    }

    /// Lends the next bytes, at most as many as `limit`; their number is 0 at the end of the file, as it is now.
    func next(
        atMost limit: Int64 = .max, _ body: (UnsafeRawBufferPointer) throws(HostError) -> Void
    ) throws(HostError) -> Int64 {
        let wanted = Int(min(limit, Int64(buffer.count)))
        let count = try HostError.wrap("reading", path) {
            try buffer.withUnsafeMutableBytes { bytes in
                let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<wanted])
                return try file.read(fromAbsoluteOffset: position, into: part)
            }
        }
        position += Int64(count)
        let result = buffer.withUnsafeBytes { bytes in
            Result { () throws(HostError) in try body(UnsafeRawBufferPointer(rebasing: bytes[..<count])) }
        }
        try result.get()
        return Int64(count)
    }

    /// Has some more of the file copied, by the kernel where it can; false at the end. `length` is that of the file.
    func copy(to sink: DiskSink, length: Int64) throws(HostError) -> Bool {
        if mayKernelCopy {
            if let isGoingOn = try sink.take(from: file, upTo: length) { return isGoingOn }
            mayKernelCopy = false
        }
        return try next(sink.write) > 0
    }
}
