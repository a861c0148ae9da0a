import DevenvHost
import Synchronization
import SystemPackage

/// Lends the bytes of an archive, decompressed, to whoever reads them.
struct ArchiveSource: Sendable {
    let path: FilePath
    let compression: Compression?
    /// Tells how much of it is there, where it still comes.
    var arrival: ArrivingFile?
    let attempt: String

    /// Runs `body` with the bytes; it may end before they do.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (ByteStream) async -> Result<Value, BoxError>
    ) async throws(BoxError) -> Value {
        guard let compression else { return try await readPlain(body).get() }
        let attempt = attempt
        let end = EndMark()
        let outcome: ToolOutcome
        let result: Result<Value, BoxError>
        do throws(ToolError) {
            (outcome, result) = try await stream(compression) { next in
                await ReadAhead().read(from: next) { next in
                    await body(
                        ByteStream { () throws(BoxError) in
                            do {
                                let piece = try await next()
                                if piece == nil { end.isReached.store(true, ordering: .relaxed) }
                                return piece
                            } catch { throw BoxError(.failed, "\(attempt): \(error)") }
                        })
                }
            }
        } catch { throw .tool(error, attempt) }
        // The program knows best why its output ended; one whose reader had enough has nothing to say. 2 is a warning of gzip
        // and xz.
        if end.isReached.load(ordering: .relaxed), outcome.status != 0, outcome.status != 2 {
            throw BoxError(
                .invalid, "\(attempt): '\(compression.tool)' can't unpack it: \(outcome.complaint)",
                help: "get it again, and completely")
        }
        return try result.get()
    }

    private func stream<Value: Sendable>(
        _ compression: Compression,
        to body: @escaping @Sendable (@escaping @Sendable () async throws -> [UInt8]?) async -> Value
    ) async throws(ToolError) -> (outcome: ToolOutcome, value: Value) {
        guard let arrival else { return try await SystemToolRunner().stream(compression.decompress(path), to: body) }
        return try await SystemToolRunner().stream(compression.decompress(nil), from: arrival, to: body)
    }

    private func readPlain<Value: Sendable>(
        _ body: @Sendable (ByteStream) async -> Result<Value, BoxError>
    ) async throws(BoxError) -> Result<Value, BoxError> {
        let path = path
        let attempt = attempt
        let arrival = arrival
        let position = Position()
        let file = try BoxError.wrap { () throws(HostError) in
            try HostError.wrap("reading", path) {
                try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            }
        }
        defer { try? file.close() }  // it was only read
        return await body(
            ByteStream { () throws(BoxError) in
                if Task.isCancelled { throw BoxError(.cancelled, "\(attempt): interrupted") }
                if let arrival, await !position.wait(for: arrival) { return nil }
                let piece = try BoxError.wrap { () throws(HostError) in try Self.piece(of: file, path) }
                position.bytes.add(Int64(piece.count), ordering: .relaxed)
                return piece.isEmpty ? nil : piece
            })
    }

    private static func piece(of file: FileDescriptor, _ path: FilePath) throws(HostError) -> [UInt8] {
        try HostError.wrap("reading", path) {
            try [UInt8](unsafeUninitializedCapacity: DiskSink.piece) { buffer, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
    }
}

/// Whether a reader has seen the end.
private final class EndMark: Sendable {
    let isReached = Atomic<Bool>(false)
}

/// How far a reader has come.
private final class Position: Sendable {
    let bytes = Atomic<Int64>(0)

    /// Whether there is more to read: false at the end, and where the file was abandoned, which counts for nothing anyway.
    func wait(for file: ArrivingFile) async -> Bool {
        (try? await file.length(beyond: bytes.load(ordering: .relaxed))) != nil
    }
}
