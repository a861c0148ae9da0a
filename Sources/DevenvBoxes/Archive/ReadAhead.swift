/// Bytes that were read before anybody wanted them, up to a limit: whatever unpacks an archive goes on while what it wrote is
/// brought to the disk. A pipe alone holds no more than is written in a moment.
actor ReadAhead {
    private let limit: Int
    private var pieces: [[UInt8]] = []
    /// How many of the pieces have been taken, and how many bytes the others have.
    private var taken = 0
    private var bytes = 0
    /// What stands behind the last piece: the end, or an error.
    private var end: Result<Void, any Error>?
    private var isUnwanted = false
    private var reader: CheckedContinuation<Void, Never>?
    private var writer: CheckedContinuation<Void, Never>?

    /// Holds at most about as many bytes as `limit`.
    init(limit: Int = 8 << 20) { self.limit = limit }

    /// Lends what a source has to `body`, which may end before the source does.
    nonisolated func read<Value: Sendable>(
        from next: @escaping @Sendable () async throws -> [UInt8]?,
        _ body: (@escaping @Sendable () async throws -> [UInt8]?) async -> Value
    ) async -> Value {
        async let filling: Void = fill(from: next)
        let value = await body { try await self.take() }
        await giveUp()
        await filling
        return value
    }

    private func fill(from next: @Sendable () async throws -> [UInt8]?) async {
        do {
            while !isUnwanted, let piece = try await next() {
                pieces.append(piece)
                bytes += piece.count
                resume(&reader)
                while bytes >= limit, !isUnwanted { await withCheckedContinuation { writer = $0 } }
            }
            end = .success(())
        } catch {
            end = .failure(error)
        }
        resume(&reader)
    }

    /// The next piece, nil at the end. Only one may be asked for at a time.
    private func take() async throws -> [UInt8]? {
        while taken == pieces.count, end == nil { await withCheckedContinuation { reader = $0 } }
        guard taken < pieces.count else {
            try end?.get()
            return nil
        }
        let piece = pieces[taken]
        pieces[taken] = []
        taken += 1
        if taken == pieces.count || taken == 1000 {
            pieces.removeFirst(taken)
            taken = 0
        }
        bytes -= piece.count
        if bytes <= limit / 2 { resume(&writer) }
        return piece
    }

    private func giveUp() {
        isUnwanted = true
        resume(&writer)
    }

    private func resume(_ waiting: inout CheckedContinuation<Void, Never>?) {
        waiting?.resume()
        waiting = nil
    }
}
