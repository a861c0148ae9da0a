import DevenvTestSupport
import Synchronization
import Testing

@testable import DevenvBoxes

@Suite struct ReadAheadTests {
    private struct Broken: Error, Equatable {}

    @Test(arguments: [1, 100, 100_000])
    func everythingArrivesInOrder(limit: Int) async throws {
        let source = Source(pieces: 500)
        let read = await ReadAhead(limit: limit).read(from: { source.next() }) { next in
            await Self.all(next)
        }
        #expect(try read.get() == (0..<500).flatMap { [UInt8(truncatingIfNeeded: $0), 1, 2] })
    }

    @Test func itReadsAheadAndNoFurtherThanItMay() async throws {
        let source = Source(pieces: 500)
        let counts = await ReadAhead(limit: 30).read(from: { source.next() }) { next in
            _ = try? await next()
            try? await eventually("it has read ahead") { source.count >= 10 }
            for _ in 0..<100 { await Task.yield() }
            let count = source.count
            _ = await Self.all(next)
            return (count, source.count)
        }
        #expect((10...12).contains(counts.0), "\(counts.0)")
        #expect(counts.1 == 500)
    }

    @Test func whoeverHasEnoughEndsIt() async {
        let source = Source(pieces: .max)
        let first = await ReadAhead(limit: 10).read(from: { source.next() }) { next in try? await next() }
        #expect(first == [0, 1, 2])
    }

    @Test func anErrorComesAfterWhatWasReadBefore() async {
        let source = Source(pieces: 3)
        let read = await ReadAhead().read(from: {
            guard let piece = source.next() else { throw Broken() }
            return piece
        }) { next in
            let pieces = [try? await next(), try? await next(), try? await next()]
            let error = await #expect(throws: Broken.self) { try await next() }
            return (pieces.compactMap { $0 }.count, error)
        }
        #expect(read.0 == 3)
        #expect(read.1 == Broken())
    }

    private static func all(_ next: @Sendable () async throws -> [UInt8]?) async -> Result<[UInt8], any Error> {
        var bytes: [UInt8] = []
        do {
            while let piece = try await next() { bytes += piece }
            return .success(bytes)
        } catch {
            return .failure(error)
        }
    }
}

/// Pieces of three bytes, and how many of them were handed out.
private final class Source: Sendable {
    private let handedOut = Mutex(0)
    private let pieces: Int

    init(pieces: Int) { self.pieces = pieces }

    var count: Int { handedOut.withLock { $0 } }

    func next() -> [UInt8]? {
        handedOut.withLock { count in
            guard count < pieces else { return nil }
            defer { count += 1 }
            return [UInt8(truncatingIfNeeded: count), 1, 2]
        }
    }
}
