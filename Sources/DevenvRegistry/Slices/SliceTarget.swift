import DevenvBoxes
import DevenvCrypto
import DevenvHost
import Glibc
import Synchronization
import SystemPackage

/// A file that slices are put into, in any order, each wherever it belongs.
final class SliceTarget: Sendable {
    private let path: FilePath
    private let file: FileDescriptor
    private let offsets: [ImageDigest: [Int64]]
    private let wanted: Mutex<Set<ImageDigest>>

    /// Makes the file, as long as it will be.
    init(creating path: FilePath, _ artifact: BoxArtifact) throws(HostError) {
        self.path = path
        offsets = Dictionary(grouping: artifact.slices, by: \.slice.digest).mapValues { $0.map(\.slice.offset) }
        wanted = Mutex(Set(offsets.keys))
        let length = artifact.slices.last.map { $0.slice.offset + Int64($0.slice.length) } ?? 0
        file = try HostError.wrap("writing", path) {
            let file = try FileDescriptor.open(
                path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
            guard ftruncate(file.rawValue, off_t(length)) == 0 else { throw Errno(rawValue: errno) }
            return file
        }
    }

    deinit {
        try? file.close()  // what was written is read again before it is used
    }

    /// The slices that are not there yet.
    var missing: Set<ImageDigest> { wanted.withLock { $0 } }

    /// Writes a slice of this digest wherever it belongs; nothing where it belongs nowhere, or is there.
    func put(_ bytes: [UInt8], _ digest: ImageDigest) throws(HostError) {
        guard wanted.withLock({ $0.contains(digest) }), let offsets = offsets[digest] else { return }
        try HostError.wrap("writing", path) {
            // what is all zeros is a hole of the file already
            guard bytes.contains(where: { $0 != 0 }) else { return }
            for offset in offsets { _ = try file.writeAll(toAbsoluteOffset: offset, bytes) }
        }
        wanted.withLock { _ = $0.remove(digest) }
    }

    /// The digest of the whole file, read again: slices come in any order.
    func digest(_ attempt: String) async throws(BoxError) -> ImageDigest {
        var hash = SHA256()
        var offset: Int64 = 0
        while true {
            if Task.isCancelled { throw BoxError(.cancelled, "\(attempt): interrupted") }
            let piece = try BoxError.wrap { () throws(HostError) in try self.piece(at: offset) }
            if piece.isEmpty { return ImageDigest(finishing: hash) }
            hash.update(piece)
            offset += Int64(piece.count)
            await Task.yield()
        }
    }

    private func piece(at offset: Int64) throws(HostError) -> [UInt8] {
        try HostError.wrap("reading", path) {
            try [UInt8](unsafeUninitializedCapacity: 1 << 20) { space, count in
                count = try file.read(fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(space))
            }
        }
    }
}
