import CHost
import DevenvHost
import Glibc
import SystemPackage

/// Brings the file of a disk image into a directory of the store.
enum DiskIntake {
    /// Takes over a file that is this process's own and on the same file system: it is moved.
    static func move(_ source: FilePath, to target: FilePath, _ attempt: String) async throws(BoxError) -> ImageDigest {
        try BoxError.wrap { () throws(HostError) in try HostFiles.rename(source, to: target) }
        return try await digest(of: target, attempt)
    }

    /// Copies a file: by sharing its blocks where the file system can, otherwise byte by byte.
    static func copy(_ source: FilePath, to target: FilePath, _ attempt: String) async throws(BoxError) -> ImageDigest {
        if try BoxError.wrap({ () throws(HostError) in try share(source, with: target) }) {
            return try await digest(of: target, attempt)
        }
        let sink = try BoxError.wrap { () throws(HostError) in try DiskSink(creating: target) }
        let reader = try BoxError.wrap { () throws(HostError) in try PieceReader(opening: source) }
        var piece = try await reader.next().get()
        while !piece.isEmpty {
            try checkCancellation(attempt)
            async let following = reader.next()
            do throws(HostError) { try await sink.write(piece) } catch { throw .file(error) }
            piece = try await following.get()
        }
        do throws(HostError) { return try await sink.finish() } catch { throw .file(error) }
    }

    /// The digest of a file's bytes.
    static func digest(of path: FilePath, _ attempt: String) async throws(BoxError) -> ImageDigest {
        let digest = RunningDigest()
        let reader = try BoxError.wrap { () throws(HostError) in try PieceReader(opening: path) }
        var piece = try await reader.next().get()
        while !piece.isEmpty {
            try checkCancellation(attempt)
            async let following = reader.next()
            await digest.update(piece)
            piece = try await following.get()
        }
        return await digest.finish()
    }

    /// The header of an image, checked; only its first bytes are read.
    static func header(of path: FilePath, _ attempt: String) throws(BoxError) -> QCOW2Header {
        let head = try BoxError.wrap { () throws(HostError) in
            try HostFiles.head(of: path, count: QCOW2Header.longest)
        }
        do throws(QCOW2Header.Refusal) { return try QCOW2Header(head) } catch { throw error.boxError(attempt) }
    }

    /// Throws where a virtual machine writes to an image at this moment: a copy would be of no moment at all.
    ///
    /// QEMU says so by locking single bytes of the file (block/file-posix.c): byte 101 by whoever may write.
    static func checkAtRest(_ path: FilePath, _ attempt: String) throws(BoxError) {
        let isLocked = try BoxError.wrap { () throws(HostError) in
            try HostError.wrap("reading", path) {
                let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
                return try file.closeAfter { devenv_is_byte_locked(file.rawValue, 101) == 1 }
            }
        }
        guard isLocked else { return }
        throw BoxError(
            .invalid, "\(attempt): a virtual machine is writing to it", help: "shut the machine down and try again")
    }

    private static func checkCancellation(_ attempt: String) throws(BoxError) {
        if Task.isCancelled { throw BoxError(.cancelled, "\(attempt): interrupted") }
    }

    /// Whether the target, a new file, has got the source's blocks; not where the file system can't do so.
    private static func share(_ source: FilePath, with target: FilePath) throws(HostError) -> Bool {
        let isShared = try HostError.wrap("copying", source) {
            let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .noFollow, .closeOnExec]
            let new = try FileDescriptor.open(target, .writeOnly, options: options, permissions: .ownerReadWrite)
            return try new.closeAfter {
                let old = try FileDescriptor.open(source, .readOnly, options: [.closeOnExec])
                return try old.closeAfter { devenv_share_blocks(new.rawValue, old.rawValue) == 0 }
            }
        }
        if !isShared { try HostFiles.remove(target) }
        return isShared
    }
}

/// Reads a file piece by piece.
actor PieceReader {
    private let path: FilePath
    private let file: FileDescriptor

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

    /// The next piece; empty at the end. A result, as `async let` does not keep the type of an error.
    func next() -> Result<[UInt8], BoxError> {
        do {
            return .success(
                try [UInt8](unsafeUninitializedCapacity: DiskSink.piece) { buffer, count in
                    count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                })
        } catch {
            return .failure(.file(HostError("reading", path, (error as? Errno) ?? .ioError)))
        }
    }
}
