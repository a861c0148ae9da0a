import DevenvCrypto
import DevenvHost
import SystemPackage

/// Compares a file that is being added with what it has to be.
struct SourceCheck: Sendable {
    let source: FilePath
    let kind: SourceKind
    let checksum: Checksum?
    let attempt: String

    /// The bytes of a disk image's file are digested anyway.
    private var isImageDigest: Bool { kind == .disk && checksum?.algorithm == .sha256 }

    /// Reads the file, while somebody else does, where nothing else tells its digest. An error is in the result, as `async let`
    /// does not keep its type.
    func verdict() async -> Result<Void, BoxError> {
        guard let checksum, !isImageDigest else { return .success(()) }
        guard let digest = RunningDigest(checksum.algorithm) else {
            return .failure(BoxError(.failed, "\(attempt): this host can't compute \(checksum.algorithm.rawValue)"))
        }
        do throws(HostError) {
            let found = try await Self.finish(consume digest, of: source)
            return found == checksum ? .success(()) : .failure(.mismatch(attempt, found, checksum))
        } catch {
            return .failure(.file(error))
        }
    }

    /// Compares the digest of an image, where it is that of the file too.
    func compare(_ image: ImageDigest) throws(BoxError) {
        guard isImageDigest, let checksum, image.hexadecimal != checksum.hexadecimal else { return }
        guard let found = Checksum(.sha256, hexadecimal: image.hexadecimal) else { return }
        throw .mismatch(attempt, found, checksum)
    }

    private static func finish(_ digest: consuming RunningDigest, of path: FilePath) async throws(HostError) -> Checksum
    {
        let reader = try DiskReader(opening: path)
        var position: Int64 = 0
        while !Task.isCancelled {
            let count = try reader.next { digest.update($0) }
            if count == 0 { break }
            if position >> 24 != (position + count) >> 24 { await Task.yield() }
            position += count
        }
        return digest.checksum()
    }
}

extension BoxError {
    fileprivate static func mismatch(_ attempt: String, _ found: Checksum, _ expected: Checksum) -> BoxError {
        BoxError(
            .invalid, "\(attempt): its checksum is \(found), and \(expected) is expected",
            help: "it is damaged, incomplete or another file: get it again; nothing of it was kept")
    }
}

extension BoxStore.Expectation {
    /// A directory is no file.
    func checkDirectory(_ attempt: String) throws(BoxError) {
        guard checksum != nil else { return }
        throw BoxError(
            .invalid, "\(attempt): a directory has no checksum", help: "leave it out, or add the file that it came in")
    }
}
