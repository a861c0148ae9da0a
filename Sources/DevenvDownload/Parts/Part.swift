import DevenvCrypto
import DevenvHost
import Glibc
import SystemPackage

/// The bytes of a file that have come, and their digest, which is computed as they come. Whoever works with it holds its lock.
actor Part {
    private let place: PartPlace
    private let algorithm: HashAlgorithm
    private let arrival: ArrivingFile
    private var file: FileDescriptor?
    private var digest: RunningDigest?
    /// How many bytes are there; all of them are in the digest.
    private(set) var length: Int64 = 0
    private var flush = EarlyFlush()

    /// `arrival` is told how much is there.
    init(_ place: PartPlace, _ algorithm: HashAlgorithm, _ arrival: ArrivingFile) {
        self.place = place
        self.arrival = arrival
        self.algorithm = algorithm
    }

    deinit {
        try? file?.close()  // what was written is there
    }

    /// Takes up what is there, up to a length: it is read once, for the digest. Throws where the task is cancelled, as a large
    /// part takes a while.
    func resume(upTo limit: Int64) async throws {
        try open()
        let path = place.part
        guard let file else { return }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while length < limit {
            try Task.checkCancellation()
            let wanted = Int(min(Int64(buffer.count), limit - length))
            let count = try HostError.wrap("reading", path) {
                try buffer.withUnsafeMutableBytes { space in
                    let space = UnsafeMutableRawBufferPointer(rebasing: space[..<wanted])
                    let count = try file.read(fromAbsoluteOffset: length, into: space)
                    digest?.update(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(space)[..<count]))
                    return count
                }
            }
            if count == 0 { break }
            length += Int64(count)
            await Task.yield()
        }
        try cut()
        arrival.advance(to: length)
    }

    /// Removes what is there.
    func drop() throws(HostError) {
        try HostError.wrap("writing", place.part) { try file?.close() }
        file = nil
        length = 0
        arrival.restart()
        try place.removePart()
    }

    /// Begins with nothing, whatever is there.
    func startOver(_ record: PartRecord) throws {
        try drop()
        try record.write(to: place.record)
        FaultPoint.reach("download.part.recorded")
        try open()
    }

    /// Adds bytes.
    func append(_ bytes: [UInt8]) throws(HostError) {
        guard let file else { return }
        try HostError.wrap("writing", place.part) { _ = try file.writeAll(toAbsoluteOffset: length, bytes) }
        digest?.update(bytes)
        length += Int64(bytes.count)
        if !arrival.isPassing { flush.advance(file, to: length) }
        arrival.advance(to: length)
    }

    /// The digest of all bytes, which ends it; nil where there is none.
    func finish() throws(HostError) -> Checksum? {
        try HostError.wrap("writing", place.part) {
            try file?.close()
            file = nil
        }
        guard let ended = digest.take() else { return nil }
        return ended.checksum()
    }

    /// How much the file system has left, in bytes.
    func room() -> Int64 { HostFiles.room(in: place.directory) ?? .max }

    private func open() throws {
        try file?.close()
        file = nil
        length = 0
        flush = EarlyFlush()
        digest = RunningDigest(algorithm)
        guard digest != nil else { throw UnknownAlgorithm(algorithm: algorithm) }
        file = try HostError.wrap("writing", place.part) {
            try FileDescriptor.open(
                place.part, .readWrite, options: [.create, .noFollow, .closeOnExec], permissions: .ownerReadWrite)
        }
    }

    private func cut() throws(HostError) {
        guard let file, ftruncate(file.rawValue, off_t(length)) != 0 else { return }
        throw HostError("writing", place.part, Errno(rawValue: errno))
    }

    /// The host's libcrypto refuses a hash function.
    struct UnknownAlgorithm: Error {
        let algorithm: HashAlgorithm
    }
}
