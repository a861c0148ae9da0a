import DevenvCrypto
import DevenvHost
import Glibc
import SystemPackage

/// A file that a program writes to its standard output, with its digest, which is computed on the way.
struct PackedFile: Hashable, Sendable {
    let path: FilePath
    let checksum: Checksum
    let size: Int64

    /// Runs a program and writes what it writes to a new file, down to the disk.
    static func write(
        _ call: ToolInvocation, to path: FilePath, _ attempt: String, progress: @escaping @Sendable (Int64) -> Void
    ) async throws(CatalogError) -> PackedFile {
        let outcome: ToolOutcome
        let result: Result<PackedFile, CatalogError>
        do {
            (outcome, result) = try await SystemToolRunner().stream(call) { next in
                await receive(next, path, attempt, progress)
            }
        } catch { throw .tool(error, attempt, package: call.tool) }
        let file = try result.get()
        guard !Task.isCancelled else { throw CatalogError(.cancelled, "\(attempt): interrupted") }
        guard outcome.status == 0 else {
            throw CatalogError(
                .failed, "\(attempt): '\(call.tool)' failed with status \(outcome.status): \(outcome.complaint)")
        }
        return file
    }

    private static func receive(
        _ next: @Sendable () async throws -> [UInt8]?, _ path: FilePath, _ attempt: String,
        _ progress: @Sendable (Int64) -> Void
    ) async -> Result<PackedFile, CatalogError> {
        do {
            var hash = SHA256()
            var size: Int64 = 0
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            defer { try? file.close() }  // fsync has told of what may go wrong
            while let bytes = try await next() {
                hash.update(bytes)
                _ = try file.writeAll(bytes)
                size += Int64(bytes.count)
                progress(size)
            }
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            guard let checksum = Checksum(parsing: "sha256:" + hash.hexadecimal()) else { throw Errno.ioError }
            return .success(PackedFile(path: path, checksum: checksum, size: size))
        } catch {
            if Task.isCancelled { return .failure(CatalogError(.cancelled, "\(attempt): interrupted")) }
            return .failure(.file(HostError("writing", path, (error as? Errno) ?? .ioError), attempt))
        }
    }
}
