import DevenvBoxes
import DevenvCrypto
import DevenvHost
import Glibc
import SystemPackage

/// A slice of some content.
struct Slice: Hashable, Sendable {
    let digest: ImageDigest
    let offset: Int64
    let length: Int
}

/// Cuts a file into slices, one after another. Belongs to one task.
final class SliceReader {
    private let path: FilePath
    private let file: FileDescriptor
    private let chunker: Chunker
    private var offset: Int64 = 0
    private var buffer: [UInt8] = []

    /// Opens the file.
    init(opening path: FilePath, _ chunker: Chunker) throws(HostError) {
        self.path = path
        self.chunker = chunker
        file = try HostError.wrap("reading", path) {
            try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
        }
    }

    deinit {
        try? file.close()  // it was only read
    }

    /// The next slice and its bytes; nil at the end.
    func next() throws(HostError) -> (slice: Slice, bytes: [UInt8])? {
        try fill()
        guard !buffer.isEmpty else { return nil }
        let length = buffer.withUnsafeBytes(chunker.cut)
        let bytes = Array(buffer.prefix(length))
        let slice = Slice(digest: Manifest.digest(of: bytes), offset: offset, length: length)
        buffer.removeFirst(length)
        offset += Int64(length)
        return (slice, bytes)
    }

    private func fill() throws(HostError) {
        while buffer.count < chunker.longest {
            let wanted = chunker.longest - buffer.count
            let start = offset + Int64(buffer.count)
            let piece = try HostError.wrap("reading", path) {
                try [UInt8](unsafeUninitializedCapacity: wanted) { space, count in
                    count = try file.read(fromAbsoluteOffset: start, into: UnsafeMutableRawBufferPointer(space))
                }
            }
            if piece.isEmpty { return }
            buffer += piece
        }
    }
}
