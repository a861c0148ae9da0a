import DevenvCrypto
import DevenvHost
package import SystemPackage

/// The digest of the bytes of a disk image.
package enum DiskDigest {
    /// Reads a whole file. An error is in the result, as `async let` does not keep its type.
    package static func digest(of path: FilePath, _ attempt: String) async -> Result<ImageDigest, BoxError> {
        await digest(of: path, following: AsyncStream { $0.finish() }, attempt)
    }

    /// Reads a file that is being written: as far as it has come each time, and all of it once the progress has ended. So
    /// nothing is read from the disk a second time, and what is digested is what was written.
    static func digest(
        of path: FilePath, following progress: AsyncStream<Int64>, _ attempt: String
    ) async -> Result<ImageDigest, BoxError> {
        do throws(HostError) {
            let reading = try Reading(path)
            for await end in progress { try await reading.advance(to: end) }
            try await reading.advance(to: .max)
            if Task.isCancelled { return .failure(BoxError(.cancelled, "\(attempt): interrupted")) }
            return .success(reading.digest())
        } catch {
            return .failure(.file(error))
        }
    }
}

/// A file that has been digested up to some point. Belongs to one task.
private final class Reading {
    private let reader: DiskReader
    private var hash = SHA256()
    private var position: Int64 = 0

    init(_ path: FilePath) throws(HostError) { reader = try DiskReader(opening: path) }

    /// Goes on to a point, or to the end of the file as it is now where that comes first: what is a hole at the end of the file
    /// so far is not there yet.
    func advance(to end: Int64) async throws(HostError) {
        while position < end, !Task.isCancelled {
            let count = try reader.next(atMost: end - position) { hash.update($0) }
            if count == 0 { return }
            // not with each piece: every time another thread may be woken
            if position >> 24 != (position + count) >> 24 { await Task.yield() }
            position += count
        }
    }

    func digest() -> ImageDigest {
        var ended = SHA256()
        swap(&hash, &ended)
        return ImageDigest(hexadecimal: ended.hexadecimal())
    }
}
