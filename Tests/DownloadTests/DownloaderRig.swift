import DevenvCrypto
import DevenvDownload
import DevenvHost
import DevenvTestSupport
import Synchronization
import SystemPackage
import Testing

/// A downloader and a web server of a test's own.
struct DownloaderRig: Sendable {
    let server: WebServer
    let downloader: Downloader
    let host: HostDirectories

    static func with(
        attempts: Int = 3, isolation: isolated (any Actor)? = #isolation, _ body: (DownloaderRig) async throws -> Void
    ) async throws {
        try await WebServer.with { server in
            let home = server.directory.path.appending("home")
            let host = HostDirectories(data: home, runtime: home.appending("run"))
            let retry = RetryPolicy(attempts: attempts, firstPause: .milliseconds(5), longestPause: .milliseconds(20))
            try await body(
                DownloaderRig(server: server, downloader: Downloader(directories: host, retry: retry), host: host))
        }
    }

    func download(_ path: String, checksum: Checksum? = nil, size: Int64? = nil) throws -> Download {
        Download(try #require(WebAddress(server.url(path))), checksum: checksum, size: size, subject: "a file")
    }

    /// Downloads a file and returns its bytes.
    func bytes(
        _ path: String, checksum: Checksum? = nil, size: Int64? = nil, log: EventLog = EventLog()
    ) async throws -> [UInt8] {
        try await downloader.fetch(try download(path, checksum: checksum, size: size), events: log.note) { file in
            try HostFiles.read(file.path) ?? []
        }
    }

    /// Tries what must fail.
    func failure(_ path: String, checksum: Checksum? = nil, size: Int64? = nil, log: EventLog = EventLog()) async throws
        -> DownloadError
    {
        let error = await #expect(throws: DownloadError.self) {
            _ = try await bytes(path, checksum: checksum, size: size, log: log)
        }
        return try #require(error)
    }

    /// The lengths of the parts that are there.
    func parts() throws -> [Int64] {
        try HostFiles.list(host.downloads).filter { $0.hasSuffix(".part") }.map {
            try HostFiles.size(of: host.downloads.appending($0))
        }
    }

    /// The host's libcrypto refuses a hash function.
    struct NoDigest: Error {}

    /// Bytes that nothing repeats in.
    static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }
}

/// The events of a download.
final class EventLog: Sendable {
    private let events = Mutex<[DownloadEvent]>([])

    var all: [DownloadEvent] { events.withLock { $0 } }
    var resumptions: [Int64] { all.compactMap { if case .started(let at, _) = $0 { at } else { nil } } }
    var restarts: Int { all.count { if case .startingOver = $0 { true } else { false } } }
    var retries: Int { all.count { if case .retrying = $0 { true } else { false } } }

    var note: @Sendable (DownloadEvent) -> Void { { event in self.events.withLock { $0.append(event) } } }
}
