import DevenvHost
import DevenvTestSupport
import Glibc
import LibvirtProvider
import Synchronization
import SystemPackage
import Testing

/// The content of volumes, over the connection.
@Suite(.requiresPrivateLibvirt, .timeLimit(.minutes(2))) struct TransferTests {
    private static let length = 24 << 20

    @Test func aFileIsUploadedAndDownloadedWithItsHoles() async throws {
        try await SessionFixture.with { session in
            try await TemporaryDirectory.with { directory in
                let source = try Self.makeSparseFile(in: directory)
                let volume = try await session.makeVolume("a.raw", format: "raw", bytes: Int64(Self.length))
                try await Self.upload(source, to: "a.raw", session)
                let copy = FilePath(volume.path)
                #expect(try HostFiles.read(copy) == HostFiles.read(source))
                #expect(try Self.allocation(of: copy) < 4 << 20)

                let target = directory.path.appending("target")
                let file = try FileDescriptor.open(
                    target, .writeOnly, options: [.create], permissions: [.ownerReadWrite])
                try await session.connection.download("a.raw", in: session.pool, to: file)
                try file.close()
                #expect(try HostFiles.read(target) == HostFiles.read(source))
                #expect(try Self.allocation(of: target) < 4 << 20)
            }
        }
    }

    @Test func progressIsToldAndOthersHaveTheirTurn() async throws {
        try await SessionFixture.with { session in
            try await TemporaryDirectory.with { directory in
                let source = try Self.makeSparseFile(in: directory)
                _ = try await session.makeVolume("a.raw", format: "raw", bytes: Int64(Self.length))
                let gate = Gate()
                async let upload: Void = Self.upload(source, to: "a.raw", session) { gate.pass(at: $0) }
                try await eventually("the upload has begun") { gate.progress > 0 }
                // the transfer stands at the gate, on a thread of its own
                #expect(try await session.connection.allDomains().isEmpty)
                #expect(try await session.connection.volume(in: session.pool, "a.raw") != nil)
                gate.open()
                try await upload
                #expect(gate.progress == Int64(Self.length))
            }
        }
    }

    @Test func aFileThatEndsEarlyIsAnError() async throws {
        try await SessionFixture.with { session in
            try await TemporaryDirectory.with { directory in
                let source = try directory.write("short", to: "source")
                _ = try await session.makeVolume("a.raw", format: "raw", bytes: 4_096)
                let file = try FileDescriptor.open(source, .readOnly)
                defer { try? file.close() }  // it was only read
                let error = await #expect(throws: LibvirtError.self) {
                    try await session.connection.upload(from: file, length: 4_096, to: "a.raw", in: session.pool)
                }
                #expect(error?.message.contains("ends after 5 bytes") == true)
                // the connection goes on
                #expect(try await session.connection.volumes(in: session.pool).count == 1)
            }
        }
    }

    @Test func aCancelledTransferStops() async throws {
        try await SessionFixture.with { session in
            try await TemporaryDirectory.with { directory in
                let source = try Self.makeSparseFile(in: directory)
                _ = try await session.makeVolume("a.raw", format: "raw", bytes: Int64(Self.length))
                let gate = Gate()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await Self.upload(source, to: "a.raw", session) { gate.pass(at: $0) } }
                    try await eventually("the upload has begun") { gate.progress > 0 }
                    group.cancelAll()
                    gate.open()
                    let error = await #expect(throws: LibvirtError.self) { try await group.next() }
                    #expect(error == .cancelled())
                }
                #expect(gate.progress < Self.length)
            }
        }
    }

    /// Holds up a transfer on its own thread at its first report, for ten seconds at most.
    private final class Gate: Sendable {
        private let state = Mutex((progress: Int64(0), isOpen: false))

        var progress: Int64 { state.withLock { $0.progress } }

        func open() { state.withLock { $0.isOpen = true } }

        func pass(at progress: Int64) {
            state.withLock { $0.progress = progress }
            let end = ContinuousClock.now + .seconds(10)
            while !state.withLock({ $0.isOpen }), .now < end { sched_yield() }
        }
    }

    private static func upload(
        _ source: FilePath, to volume: String, _ session: SessionFixture,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws {
        let file = try FileDescriptor.open(source, .readOnly)
        defer { try? file.close() }  // it was only read
        try await session.connection.upload(
            from: file, length: Int64(length), to: volume, in: session.pool, progress: progress)
    }

    /// Data at the start, in the middle and just before a hole at the end.
    private static func makeSparseFile(in directory: TemporaryDirectory) throws -> FilePath {
        let path = directory.path.appending("source")
        let file = try FileDescriptor.open(path, .readWrite, options: [.create], permissions: [.ownerReadWrite])
        defer { try? file.close() }  // written below, and checked by its content
        for (index, offset) in [0, 9 << 20, 17 << 20].enumerated() {
            let bytes = (0..<(600_000 + index)).map { UInt8(truncatingIfNeeded: $0 / 7 + index) }
            _ = try file.writeAll(toAbsoluteOffset: Int64(offset), bytes)
        }
        guard ftruncate(file.rawValue, length) == 0 else { throw Errno(rawValue: errno) }
        return path
    }

    private static func allocation(of path: FilePath) throws -> Int {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { throw Errno(rawValue: errno) }
        return Int(status.st_blocks) * 512
    }
}
