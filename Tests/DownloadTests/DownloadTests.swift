import DevenvCrypto
import DevenvDownload
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@Suite(.requires(tool: "curl", "python3")) struct DownloadTests {
    private static let path = "/a.box"

    @Test func aFileComesWholeAndIsGoneAfterwards() async throws {
        try await DownloaderRig.with { rig in
            let content = DownloaderRig.noise(300_000)
            try rig.server.serve(content, at: Self.path)
            let log = EventLog()
            let checksum = Checksum(.sha256, hexadecimal: SHA256.hexadecimal(of: content))
            #expect(try await rig.bytes(Self.path, checksum: checksum, size: 300_000, log: log) == content)
            #expect(log.resumptions == [0])
            guard case .progress(let last) = log.all.last else {
                Issue.record("no progress was told: \(log.all)")
                return
            }
            #expect(last.received == 300_000 && last.total == 300_000)
            #expect(try HostFiles.list(rig.host.downloads).filter { !$0.hasPrefix("lock") } == [])
        }
    }

    @Test func anEmptyFileIsAFile() async throws {
        try await DownloaderRig.with { rig in
            try rig.server.serve([], at: Self.path)
            #expect(try await rig.bytes(Self.path) == [])
        }
    }

    @Test(arguments: HashAlgorithm.allCases) func aWrongChecksumLeavesNothing(algorithm: HashAlgorithm) async throws {
        try await DownloaderRig.with { rig in
            try rig.server.serve(Array("hello".utf8), at: Self.path)
            let wrong = try #require(Checksum(algorithm, hexadecimal: String(repeating: "0", count: algorithm.digits)))
            let error = try await rig.failure(Self.path, checksum: wrong)
            #expect(error.code == .wrongContent)
            #expect(error.message.contains("\(wrong) was expected"))
            #expect(try rig.parts() == [])
            guard var digest = RunningDigest(algorithm) else { throw DownloaderRig.NoDigest() }
            digest.update(Array("hello".utf8))
            #expect(try await rig.bytes(Self.path, checksum: digest.checksum()) == Array("hello".utf8))
        }
    }

    @Test func aFileOfAnotherLengthIsRefused() async throws {
        try await DownloaderRig.with { rig in
            try rig.server.serve(Array("hello".utf8), at: Self.path)
            let error = try await rig.failure(Self.path, size: 4)
            #expect(error.code == .wrongContent)
            #expect(error.message.contains("it has 5 bytes, and 4 were expected"))
        }
    }

    @Test func whatBrokeOffIsGoneOnWith() async throws {
        try await DownloaderRig.with { rig in
            let content = DownloaderRig.noise(200_000)
            try rig.server.serve(content, at: Self.path)
            try rig.server.fail(Self.path, .cut(after: 120_000), times: 1)
            let log = EventLog()
            let checksum = Checksum(.sha256, hexadecimal: SHA256.hexadecimal(of: content))
            #expect(try await rig.bytes(Self.path, checksum: checksum, log: log) == content)
            #expect(log.resumptions == [0, 120_000])
            #expect(log.retries == 1)
            let last = try #require(try rig.server.requests().last)
            #expect(last.hasPrefix("GET /a.box 206 bytes=120000- \""))
        }
    }

    @Test func aLaterCommandGoesOnToo() async throws {
        try await DownloaderRig.with(attempts: 1) { rig in
            let content = DownloaderRig.noise(200_000)
            try rig.server.serve(content, at: Self.path)
            try rig.server.fail(Self.path, .cut(after: 120_000), times: 1)
            let error = try await rig.failure(Self.path)
            #expect(error.code == .unreachable)
            #expect(error.help?.contains("goes on from there") == true)
            #expect(try rig.parts() == [120_000])
            let log = EventLog()
            #expect(try await rig.bytes(Self.path, log: log) == content)
            #expect(log.resumptions == [120_000])
        }
    }

    /// Whatever the server does with ranges, no byte of another version of the file is taken for one of this.
    @Test(arguments: ["honest", "careless", "wrong", "none", "shorter"])
    func aChangedFileIsNeverGluedToAnOldPart(server: String) async throws {
        try await DownloaderRig.with(attempts: 1) { rig in
            try rig.server.serve(DownloaderRig.noise(200_000), at: Self.path)
            try rig.server.fail(Self.path, .cut(after: 120_000), times: 1)
            _ = try await rig.failure(Self.path)
            try rig.server.mend()
            let changed = DownloaderRig.noise(server == "shorter" ? 60_000 : 200_000, seed: 2)
            try rig.server.serve(changed, at: Self.path)
            switch server {
            case "careless", "shorter": try rig.server.fail(Self.path, .carelessRanges)
            case "wrong": try rig.server.fail(Self.path, .wrongRange)
            case "none": try rig.server.fail(Self.path, .withoutRanges)
            default: break
            }
            #expect(try await rig.bytes(Self.path) == changed)
        }
    }

    @Test func withoutAValidatorItBeginsAnew() async throws {
        try await DownloaderRig.with { rig in
            let content = DownloaderRig.noise(200_000)
            try rig.server.serve(content, at: Self.path)
            try rig.server.fail(Self.path, .withoutValidator)
            try rig.server.fail(Self.path, .cut(after: 120_000), times: 1)
            let log = EventLog()
            #expect(try await rig.bytes(Self.path, log: log) == content)
            #expect(log.resumptions == [0, 0])
            #expect(try rig.server.requests().allSatisfy { !$0.contains("bytes=") })
        }
    }

    @Test func aServerWithoutRangesBeginsAnew() async throws {
        try await DownloaderRig.with { rig in
            let content = DownloaderRig.noise(200_000)
            try rig.server.serve(content, at: Self.path)
            try rig.server.fail(Self.path, .withoutRanges)
            try rig.server.fail(Self.path, .cut(after: 120_000), times: 1)
            let log = EventLog()
            #expect(try await rig.bytes(Self.path, log: log) == content)
            #expect(log.resumptions == [0, 0])
        }
    }

    @Test func aShortAnswerIsFoundByTheChecksum() async throws {
        try await DownloaderRig.with { rig in
            let content = DownloaderRig.noise(50_000)
            try rig.server.serve(content, at: Self.path)
            try rig.server.fail(Self.path, .short(after: 20_000), times: 1)
            let error = try await rig.failure(
                Self.path, checksum: Checksum(.sha256, hexadecimal: SHA256.hexadecimal(of: content)))
            #expect(error.code == .wrongContent)
            #expect(try rig.parts() == [])
        }
    }

    @Test(arguments: [429, 500, 503]) func aServerThatCanNotAnswerNowIsAskedAgain(status: Int) async throws {
        try await DownloaderRig.with { rig in
            try rig.server.serve(Array("hello".utf8), at: Self.path)
            try rig.server.fail(Self.path, .status(status), times: 2)
            let log = EventLog()
            #expect(try await rig.bytes(Self.path, log: log) == Array("hello".utf8))
            #expect(log.retries == 2)
            try rig.server.fail(Self.path, .status(status))
            #expect(try await rig.failure(Self.path).code == .unreachable)
        }
    }

    @Test func aServerThatHangsUpIsAskedAgain() async throws {
        try await DownloaderRig.with { rig in
            try rig.server.serve(Array("hello".utf8), at: Self.path)
            try rig.server.fail(Self.path, .hangUp, times: 1)
            #expect(try await rig.bytes(Self.path) == Array("hello".utf8))
        }
    }
}

@Suite(.requires(tool: "curl", "python3")) struct DownloadRefusalTests {
    private static let path = "/a.box"

    @Test(
        arguments: [
            (.status(404), .missing, "does not have it"), (.status(403), .refused, ".netrc"),
            (.login("me:secret"), .refused, ".netrc"), (.webPage, .wrongContent, "web page"),
            (.redirect("/a.box"), .wrongContent, "redirects on and on"), (.status(418), .failed, "418"),
            (.redirect("ftp://127.0.0.1/x"), .untrusted, "another protocol"),
        ] as [(WebServer.Fault, DownloadError.Code, String)])
    func whatIsNotTheFileIsToldApart(fault: WebServer.Fault, code: DownloadError.Code, says: String) async throws {
        try await DownloaderRig.with { rig in
            try rig.server.serve(Array("hello".utf8), at: Self.path)
            try rig.server.fail(Self.path, fault)
            let error = try await rig.failure(Self.path)
            #expect(error.code == code, "\(error)")
            #expect(error.description.contains(says), "\(error)")
            #expect(try rig.parts() == [])
        }
    }

    @Test func nobodyThereIsSaid() async throws {
        try await DownloaderRig.with { rig in
            let port = try LoopbackPort.free()
            let address = try #require(WebAddress("http://me:secret@127.0.0.1:\(port)/a.box"))
            let error = await #expect(throws: DownloadError.self) {
                try await rig.downloader.fetch(Download(address, subject: "a file")) { _ in }
            }
            #expect(error?.code == .unreachable)
            #expect(error?.description.contains("secret") == false)
        }
    }

    /// The server speaks no TLS.
    @Test func anUnsafeConnectionIsSaid() async throws {
        try await DownloaderRig.with(attempts: 1) { rig in
            let address = try #require(WebAddress("https://127.0.0.1:\(rig.server.port)/a.box"))
            let error = await #expect(throws: DownloadError.self) {
                try await rig.downloader.fetch(Download(address, subject: "a file")) { _ in }
            }
            #expect(error?.code == .untrusted, "\(error.map(String.init(describing:)) ?? "")")
            #expect(error?.help?.contains("CURL_CA_BUNDLE") == true)
        }
    }

    @Test func aPasswordInTheURLIsSentAndNowhereElse() async throws {
        try await DownloaderRig.with { rig in
            try rig.server.serve(Array("hello".utf8), at: Self.path)
            try rig.server.fail(Self.path, .login("me:pass-word"))
            try rig.server.fail(Self.path, .cut(after: 0))
            let address = try #require(WebAddress("http://me:pass-word@127.0.0.1:\(rig.server.port)/a.box"))
            let error = await #expect(throws: DownloadError.self) {
                try await rig.downloader.fetch(Download(address, subject: "a file")) { _ in }
            }
            #expect(error?.code == .unreachable)
            #expect(error?.description.contains("pass-word") == false)
            for name in try HostFiles.list(rig.host.downloads) {
                let text = String(decoding: try HostFiles.read(rig.host.downloads.appending(name)) ?? [], as: UTF8.self)
                #expect(!text.contains("pass-word"), "\(name)")
                #expect(!name.contains("pass-word"))
            }
        }
    }

    @Test func aFileForWhichThereIsNoRoomIsNotBegun() async throws {
        try await DownloaderRig.with { rig in
            try HostFiles.makeDirectory(rig.host.downloads)
            try await SmallDisk.with(at: rig.host.downloads, size: "1m") {
                try rig.server.serve(DownloaderRig.noise(2 << 20), at: Self.path)
                let error = try await rig.failure(Self.path)
                #expect(error.code == .diskFull)
                #expect(error.message.contains("2 MiB are to come"), "\(error)")
                // one that does not say how long it is fills the disk, and what has come is kept
                try rig.server.fail(Self.path, .short(after: 2 << 20))
                let full = try await rig.failure(Self.path)
                #expect(full.code == .diskFull)
                #expect(full.message.contains("no space left"), "\(full)")
            }
        }
    }
}
