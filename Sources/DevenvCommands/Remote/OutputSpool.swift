import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// Output that waits for its turn: a little in memory, more in a file that has no name any more, so that it goes with the
/// process however that ends.
struct OutputSpool: Sendable {
    /// How much stays in memory, in bytes.
    private static let limit = 1 << 20

    private var pieces: [(stream: OutputStream, bytes: [UInt8])] = []
    private var size = 0
    /// What was written to the file, in order.
    private var written: [(stream: OutputStream, count: Int)] = []
    private var file: FileDescriptor?

    /// Adds a piece. Where there is no room for files, it stays in memory.
    mutating func append(_ stream: OutputStream, _ bytes: [UInt8]) {
        pieces.append((stream, bytes))
        size += bytes.count
        if size > Self.limit { store() }
    }

    /// Hands everything on in the order in which it came, and forgets it.
    mutating func drain(_ show: (OutputStream, [UInt8]) -> Void) {
        defer { self = OutputSpool() }
        if let file {
            _ = try? file.seek(offset: 0, from: .start)  // a file can be sought
            for (stream, count) in written { show(stream, Self.read(count, from: file)) }
            try? file.close()  // nothing is kept in it
        }
        for piece in pieces { show(piece.stream, piece.bytes) }
    }

    private mutating func store() {
        if file == nil { file = Self.makeFile() }
        guard let file else { return }
        while let piece = pieces.first {
            let end = lseek(file.rawValue, 0, SEEK_CUR)
            guard (try? file.writeAll(piece.bytes)) != nil else {
                // a full disk: what was written of the piece is taken back, and it stays where it is
                lseek(file.rawValue, end, SEEK_SET)
                return
            }
            written.append((piece.stream, piece.bytes.count))
            size -= piece.bytes.count
            pieces.removeFirst()
        }
    }

    private static func makeFile() -> FileDescriptor? {
        let folder = getenv("TMPDIR").map { FilePath(String(cString: $0)) } ?? "/tmp"
        let path = folder.appending("devenv-" + SecureRandom.hexadecimal(digits: 16))
        let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .closeOnExec]
        let file = try? FileDescriptor.open(path, .readWrite, options: options, permissions: .ownerReadWrite)
        unlink(path.string)
        return file
    }

    private static func read(_ count: Int, from file: FileDescriptor) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let space = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
                guard let new = try? file.read(into: space), new > 0 else { return }
                filled += new
            }
        }
    }
}
