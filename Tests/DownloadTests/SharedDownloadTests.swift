import DevenvCrypto
import DevenvDownload
import DevenvHost
import DevenvTestSupport
import Glibc
import Synchronization
import SystemPackage
import Testing

/// What two that share a download put it into.
private final class SharedStore: Sendable {
    private let content = Mutex<Int?>(nil)

    var size: Int? { content.withLock { $0 } }
    func put(_ size: Int) { content.withLock { $0 = size } }
}

@Suite(.requires(tool: "curl", "python3")) struct SharedDownloadTests {
    private static let path = "/a.box"

    @Test func ofTwoThatWantTheSameFileOneDownloadsIt() async throws {
        try await DownloaderRig.with { rig in
            try rig.server.serve(DownloaderRig.noise(100_000), at: Self.path)
            try rig.server.fail(Self.path, .slow(1_000_000))
            let store = SharedStore()
            let logs = [EventLog(), EventLog()]
            let results = try await withThrowingTaskGroup(of: Int.self) { group in
                for log in logs {
                    let download = try rig.download(Self.path)
                    group.addTask {
                        try await rig.downloader.fetch(
                            download, events: log.note, present: { store.size }
                        ) { file in
                            store.put(Int(file.size))
                            return Int(file.size)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results == [100_000, 100_000])
            #expect(try rig.server.requests().count == 1)
            #expect(logs.count { $0.all.contains(.waiting(processID: Int(getpid()))) } == 1)
        }
    }

    @Test func anInterruptedDownloadKeepsWhatHasCome() async throws {
        try await DownloaderRig.with { rig in
            let content = DownloaderRig.noise(400_000)
            try rig.server.serve(content, at: Self.path)
            try rig.server.fail(Self.path, .slow(200_000))
            let log = EventLog()
            let task = Task { try await rig.bytes(Self.path, log: log) }
            try await eventually("something has come") { try rig.parts().contains { $0 > 0 } }
            task.cancel()
            let error = await #expect(throws: DownloadError.self) { _ = try await task.value }
            #expect(error?.code == .cancelled)
            let kept = try #require(try rig.parts().first)
            #expect(kept > 0 && kept < 400_000)
            try rig.server.mend()
            let again = EventLog()
            #expect(try await rig.bytes(Self.path, log: again) == content)
            #expect(again.resumptions == [kept])
        }
    }

    @Test func aWholePartIsAskedForItsLastByteOnly() async throws {
        try await DownloaderRig.with { rig in
            struct Full: Error {}
            let content = DownloaderRig.noise(100_000)
            try rig.server.serve(content, at: Self.path)
            await #expect(throws: Full.self) {
                try await rig.downloader.fetch(try rig.download(Self.path), keeping: { $0 is Full }) { _ in throw Full()
                }
            }
            #expect(try rig.parts() == [100_000])
            let log = EventLog()
            #expect(try await rig.bytes(Self.path, log: log) == content)
            #expect(log.resumptions == [99_999])
        }
    }

    @Test func aFileThatItsBorrowerRefusesGoes() async throws {
        try await DownloaderRig.with { rig in
            struct Unfit: Error {}
            try rig.server.serve(Array("hello".utf8), at: Self.path)
            await #expect(throws: Unfit.self) {
                try await rig.downloader.fetch(try rig.download(Self.path)) { _ in throw Unfit() }
            }
            #expect(try rig.parts() == [])
        }
    }

    /// Whoever works ahead sees all that comes, and is asked in place of the others once the file is known to be right.
    @Test func aFileCanBeWorkedOnWhileItComes() async throws {
        try await DownloaderRig.with { rig in
            let content = DownloaderRig.noise(3_000_000)
            try rig.server.serve(content, at: "/a.box")
            try rig.server.fail("/a.box", .cut(after: 1_200_000), times: 1)
            let digest = SHA256.hexadecimal(of: content)
            let found = try await rig.downloader.fetch(
                try rig.download("/a.box"),
                ahead: { file -> String? in
                    var seen: Int64 = 0
                    while let length = try await file.length(beyond: seen) { seen = length }
                    return try await file.whole().sha256.map { "\(seen) \($0)" }
                }, use: { _ in "nobody worked ahead" })
            #expect(found == "3000000 \(digest)")
            #expect(try rig.parts() == [])
        }
    }

    /// What was read ahead of a file that is another one by now, or not the right one, counts for nothing.
    @Test(arguments: ["anew", "wrong"]) func whatWasReadAheadIsForgotten(case what: String) async throws {
        try await DownloaderRig.with { rig in
            let content = DownloaderRig.noise(3_000_000)
            try rig.server.serve(content, at: "/a.box")
            if what == "anew" {
                try rig.server.fail("/a.box", .withoutValidator)
                try rig.server.fail("/a.box", .cut(after: 1_200_000), times: 1)
            }
            let wrong = Checksum(.sha256, hexadecimal: String(repeating: "0", count: 64))
            let download = try rig.download("/a.box", checksum: what == "wrong" ? wrong : nil)
            let isAbandoned = Mutex(false)
            func fetch() async throws -> [UInt8] {
                try await rig.downloader.fetch(
                    download,
                    ahead: { file in
                        do { _ = try await file.whole() } catch {
                            isAbandoned.withLock { $0 = true }
                            return nil
                        }
                        return []
                    }, use: { file in try HostFiles.read(file.path) ?? [] })
            }
            if what == "anew" {
                #expect(try await fetch() == content)
            } else {
                await #expect(throws: DownloadError.self) { try await fetch() }
            }
            #expect(isAbandoned.withLock { $0 })
        }
    }

    @Test func oldPartsAreCollected() async throws {
        try await DownloaderRig.with(attempts: 1) { rig in
            try rig.server.serve(DownloaderRig.noise(100_000), at: Self.path)
            try rig.server.fail(Self.path, .cut(after: 50_000))
            _ = try await rig.failure(Self.path)
            #expect(try await rig.downloader.collectParts() == 0)
            #expect(try await rig.downloader.collectParts(olderThan: nil) == 0)
            #expect(try await rig.downloader.collectParts(isRehearsal: true, orWhere: { _ in true }) == 50_000)
            #expect(try rig.parts() == [50_000])
            #expect(try await rig.downloader.collectParts(olderThan: .zero) == 50_000)
            #expect(try HostFiles.list(rig.host.downloads).filter { !$0.hasPrefix("lock") } == [])
        }
    }
}

@Suite(.requires(tool: "curl", "python3")) struct DocumentTests {
    @Test func whatHasNotChangedIsNotSentAgain() async throws {
        try await WebServer.with { server in
            let home = server.directory.path.appending("home")
            let host = HostDirectories(data: home, runtime: home)
            let reader = DocumentReader(directories: host, runner: SystemToolRunner())
            for number in 0..<40 { try server.serve(Array("text \(number)".utf8), at: "/\(number).json") }
            let requests = try (0..<41).map { number in
                DocumentRequest(try #require(WebAddress(server.url("/\(number).json"))), subject: "catalog \(number)")
            }
            let first = try await reader.read(requests)
            #expect(
                try (0..<40).map { String(decoding: try first[$0].get().bytes, as: UTF8.self) }
                    == (0..<40).map { "text \($0)" })
            #expect(try first.dropLast().allSatisfy { try $0.get().isNew })
            guard case .failure(let error) = first[40] else {
                Issue.record("the last one is not there")
                return
            }
            #expect(error.code == .missing)
            #expect(error.message.contains("reading catalog 40 from"))

            try server.serve(Array("changed".utf8), at: "/7.json")
            let second = try await reader.read(Array(requests.dropLast()))
            #expect(try second.enumerated().filter { try $0.element.get().isNew }.map(\.offset) == [7])
            #expect(try String(decoding: second[7].get().bytes, as: UTF8.self) == "changed")
            #expect(try server.requests().count { $0.contains(" 304 ") } == 39)
            #expect(try HostFiles.list(host.catalogCache).allSatisfy { !$0.hasPrefix("reading-") })
        }
    }
}
