import DevenvHost
import SystemPackage

/// Lends the bytes of an archive, decompressed, to whoever reads them.
struct ArchiveSource: Sendable {
    let path: FilePath
    let compression: Compression?
    let attempt: String

    /// Runs `body` with the bytes; it may end before they do.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (ByteStream) async -> Result<Value, BoxError>
    ) async throws(BoxError) -> Value {
        guard let compression else { return try await readPlain(body).get() }
        let attempt = attempt
        let call = compression.decompress(path)
        let outcome: ToolOutcome
        let result: Result<Value, BoxError>
        do {
            (outcome, result) = try await SystemToolRunner().stream(call) { next in
                await body(
                    ByteStream { () throws(BoxError) in
                        do { return try await next() } catch { throw BoxError(.failed, "\(attempt): \(error)") }
                    })
            }
        } catch { throw .tool(error, attempt) }
        // 2 is a warning of gzip and xz; a signal came from a reader that had enough
        guard outcome.status == 0 || outcome.status == 2 || outcome.status > 128 else {
            throw BoxError(
                .invalid, "\(attempt): '\(call.tool)' can't unpack it: \(outcome.complaint)",
                help: "get it again, and completely")
        }
        return try result.get()
    }

    private func readPlain<Value: Sendable>(
        _ body: @Sendable (ByteStream) async -> Result<Value, BoxError>
    ) async throws(BoxError) -> Result<Value, BoxError> {
        let attempt = attempt
        let reader = try BoxError.wrap { () throws(HostError) in try PieceReader(opening: path) }
        return await body(
            ByteStream { () throws(BoxError) in
                if Task.isCancelled { throw BoxError(.cancelled, "\(attempt): interrupted") }
                let piece = try await reader.next().get()
                return piece.isEmpty ? nil : piece
            })
    }
}
