import CHost
import DevenvHost
import Glibc
import SystemPackage

/// Brings a file of an image to its place in the image's directory, and to the disk. Its digest is computed meanwhile.
struct DiskIntake {
    let store: BoxStore
    /// Where the file goes; nothing stands there yet.
    let target: FilePath
    let attempt: String

    /// Takes over a file that is this process's own: it is moved, or copied where it is on another file system. It is read only
    /// where its digest is not known.
    func move(_ source: FilePath, _ digest: ImageDigest? = nil) async throws(BoxError) -> ImageDigest {
        do { try HostFiles.rename(source, to: target) } catch {
            guard error.errno == .improperLink else { throw .file(error) }
            return try await copy(source)
        }
        guard let digest else { return try await settle() }
        try await flush()
        return digest
    }

    /// Copies a file.
    func copy(_ source: FilePath) async throws(BoxError) -> ImageDigest {
        let reader = try BoxError.wrap { () throws(HostError) in try DiskReader(opening: source) }
        let length = try BoxError.wrap { () throws(HostError) in try HostFiles.size(of: source) }
        return try await receive { sink throws(BoxError) in
            var isGoingOn = true
            while isGoingOn {
                if Task.isCancelled { throw BoxError(.cancelled, "\(attempt): interrupted") }
                isGoingOn = try BoxError.wrap { () throws(HostError) in
                    try reader.copy(to: sink, length: length)
                }
                FaultPoint.reach("boxes.intake.piece")
                await Task.yield()
            }
        }
    }

    /// Lets `body` write the file.
    func receive(_ body: (DiskSink) async throws(BoxError) -> Void) async throws(BoxError) -> ImageDigest {
        let sink = try BoxError.wrap { () throws(HostError) in try DiskSink(creating: target) }
        let progress = sink.progress
        async let digest = DiskDigest.digest(of: target, following: progress, attempt)
        try await body(sink)
        try BoxError.wrap { () throws(HostError) in try sink.finish() }
        try await flush()
        return try await digest.get()
    }

    private func settle() async throws(BoxError) -> ImageDigest {
        async let digest = DiskDigest.digest(of: target, attempt)
        try await flush()
        return try await digest.get()
    }

    private func flush() async throws(BoxError) {
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.setMode(of: target, [.ownerRead, .groupRead, .otherRead])
        }
        try await store.run(BoxTools.flush(file: target), attempt, writingTo: target.removingLastComponent())
    }
}

// What is looked at before.
extension DiskIntake {
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
}
