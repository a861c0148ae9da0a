import DevenvCrypto
import DevenvHost
import LibvirtProvider
import Synchronization
import SystemPackage
import Testing

/// The locks of pools, whose files come and go.
@Suite struct PoolLockTests {
    private let pool = "devenv-test-" + SecureRandom.hexadecimal(digits: 12)
    private let uri = "test:///default"

    @Test func aLockWhoseFileIsRemovedEachTimeStillKeepsOthersOut() async throws {
        let room = Room()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { [pool, uri] in
                    for _ in 0..<50 {
                        guard let lock = try await PoolLock.take(.contents, of: pool, at: uri, .alone) else { return }
                        let others = room.enter()
                        #expect(others == 0)
                        await Task.yield()
                        room.leave()
                        lock.remove(pool: pool, at: uri)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(files == [])
    }

    @Test func thoseWhoShareKeepTheFile() async throws {
        do {
            let first = try await PoolLock.take(.contents, of: pool, at: uri, .shared)
            let second = try await PoolLock.take(.contents, of: pool, at: uri, .shared)
            defer {
                extendLifetime(first)
                extendLifetime(second)
            }
            let isFree = try await removeLocks()
            #expect(!isFree)
            #expect(files.count == 1)
        }
        let bases = try await PoolLock.take(.bases, of: pool, at: uri, .alone)
        _ = consume bases
        #expect(files.count == 2)
        let isFree = try await removeLocks()
        #expect(isFree)
        #expect(files == [])
    }

    /// Removes the locks unless somebody has the contents.
    private func removeLocks() async throws -> Bool {
        guard let lock = try await PoolLock.take(.contents, of: pool, at: uri, .alone, patience: .milliseconds(20))
        else { return false }
        lock.remove(pool: pool, at: uri)
        return true
    }

    private var files: [String] {
        PoolLock.Part.allCases.map { PoolLock.path(of: $0, of: pool, at: uri) }.filter { HostFiles.exists($0) }
            .map(\.string)
    }

    /// Who is inside.
    private final class Room: Sendable {
        private let count = Mutex(0)

        /// How many others are.
        func enter() -> Int {
            count.withLock { count in
                count += 1
                return count - 1
            }
        }

        func leave() { count.withLock { $0 -= 1 } }
    }
}
