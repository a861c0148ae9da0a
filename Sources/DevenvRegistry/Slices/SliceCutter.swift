import DevenvBoxes
import DevenvCrypto
import DevenvHost
import Glibc
import SystemPackage

/// Cuts a file into slices that are compressed on all processors at once.
struct SliceCutter: Sendable {
    let runner: any ToolRunner
    let image: OutgoingImage
    let attempt: String
    /// How many slices are in memory; none is longer than 16 MiB.
    private static let width = 2 * max(1, min(16, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))

    /// What a file was cut into.
    struct Cut: Sendable {
        let slices: [BoxArtifact.Piece]
        /// The digest of the whole file.
        let content: ImageDigest
    }

    private typealias Packed = Result<(index: Int, piece: BoxArtifact.Piece), BoxError>

    /// Cuts a file; the slices are blobs of the image by then.
    func cut(_ file: FilePath) async throws(BoxError) -> Cut {
        let result = await withTaskGroup(of: Packed.self) { group -> Result<Cut, BoxError> in
            do throws(BoxError) { return .success(try await cut(file, &group)) } catch {
                group.cancelAll()
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func cut(_ file: FilePath, _ group: inout TaskGroup<Packed>) async throws(BoxError) -> Cut {
        let reader = try BoxError.wrap { () throws(HostError) in try SliceReader(opening: file, .boxes) }
        var hash = SHA256()
        var pieces: [Int: BoxArtifact.Piece] = [:]
        var count = 0
        while let (slice, bytes) = try BoxError.wrap({ () throws(HostError) in try reader.next() }) {
            hash.update(bytes)
            if count - pieces.count >= Self.width, let packed = await group.next() { try pieces.keep(packed) }
            let index = count
            group.addTask {
                do throws(BoxError) { return .success((index, try await pack(slice, bytes))) } catch {
                    return .failure(error)
                }
            }
            count += 1
        }
        while let packed = await group.next() { try pieces.keep(packed) }
        return Cut(slices: (0..<count).compactMap { pieces[$0] }, content: ImageDigest(finishing: hash))
    }

    private func pack(_ slice: Slice, _ bytes: [UInt8]) async throws(BoxError) -> BoxArtifact.Piece {
        let outcome: ToolOutcome
        do { outcome = try await runner.run(SliceCall.compress(bytes)) } catch { throw .tool(error, attempt) }
        guard outcome.status == 0 else { throw BoxError(.failed, "\(attempt): 'zstd' failed: \(outcome.complaint)") }
        let blob = try image.add(
            outcome.standardOutput, BoxArtifact.sliceType, annotations: BoxArtifact.annotations(of: slice))
        return BoxArtifact.Piece(slice: slice, blob: blob)
    }
}

extension [Int: BoxArtifact.Piece] {
    fileprivate mutating func keep(
        _ packed: Result<(index: Int, piece: BoxArtifact.Piece), BoxError>
    ) throws(BoxError) {
        let (index, piece) = try packed.get()
        self[index] = piece
    }
}
