import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvBoxes

@Suite struct TarReaderTests {
    @Test(arguments: ["v7", "ustar", "gnu", "posix"], [1, 511, 512, 1 << 20])
    func everyFormIsReadInPiecesOfAnySize(format: String, piece: Int) async throws {
        let fixture = try BoxStoreFixture()
        let archive = try await Self.archive(fixture, ["--format=\(format)"])
        let members = try await Self.members(of: archive, piece: piece)
        #expect(members.map(\.name) == ["./", "./box.img", "./directory/", "./directory/empty", "./link"])
        #expect(members.map(\.kind) == [.directory, .file, .directory, .file, .symbolicLink(target: "/etc/shadow")])
        #expect(members[1].digest == SHA256.hexadecimal(of: Self.content))
    }

    @Test(arguments: ["gnu", "posix"])
    func holesComeOutAsZeros(format: String) async throws {
        let fixture = try BoxStoreFixture()
        let archive = try await Self.archive(fixture, ["--format=\(format)", "--sparse"])
        #expect(archive.count < Self.content.count, "the test's file has holes")
        let members = try await Self.members(of: archive, piece: 4096)
        #expect(members.map(\.name).contains("./box.img"))
        #expect(members[1].digest == SHA256.hexadecimal(of: Self.content))
    }

    @Test(arguments: ["gnu", "posix"])
    func longNamesAreWhole(format: String) async throws {
        let fixture = try BoxStoreFixture()
        let name = String(repeating: "long", count: 50)
        try fixture.write("x", to: fixture.root.appending(name))
        let target = fixture.root.appending("archive.tar")
        try await fixture.run("tar", ["--format=\(format)", "-C", fixture.root.string, "-cf", target.string, name])
        let archive = try #require(try HostFiles.read(target))
        #expect(try await Self.members(of: archive, piece: 512).map(\.name) == [name])
    }

    @Test func anArchiveThatIsCutOffIsAnError() async throws {
        let fixture = try BoxStoreFixture()
        let archive = try await Self.archive(fixture, [])
        let end = try #require(archive.lastIndex { $0 != 0 }) + 1
        for length in [513, 600, 5000, 100_000, end - 200] {
            let error = await #expect(throws: BoxError.self) {
                try await Self.members(of: Array(archive.prefix(length)), piece: 4096)
            }
            #expect(error?.code == .invalid, "\(length)")
        }
    }

    @Test(arguments: [
        "", "abc", "9999999999999999999999 path=x\n", "7 path\n", "0 a=b\n", "-5 a=b\n", "12 size=-1\n\n\n",
    ])
    func fieldsThatAreNoneAreRefused(text: String) {
        #expect((PaxFields(Array(text.utf8)) == nil) == !text.isEmpty)
    }

    @Test func aMapOutOfOrderIsRefused() {
        typealias Part = SparseMap.Part
        #expect(SparseMap([Part(offset: 0, count: 5), Part(offset: 5, count: 0)], realSize: 5) != nil)
        #expect(SparseMap([Part(offset: 4, count: 5), Part(offset: 0, count: 4)], realSize: 9) == nil)
        #expect(SparseMap([Part(offset: 0, count: 5), Part(offset: 4, count: 4)], realSize: 9) == nil)
        #expect(SparseMap([Part(offset: 0, count: 10)], realSize: 9) == nil)
        #expect(SparseMap([Part(offset: .max, count: .max)], realSize: .max) == nil)
        #expect(SparseMap([Part(offset: -1, count: 1)], realSize: 9) == nil)
    }

    @Test func noBytesMakeItTrap() async throws {
        let fixture = try BoxStoreFixture()
        let archives = [
            try await Self.archive(fixture, ["--format=gnu", "--sparse"]),
            try await Self.archive(fixture, ["--format=posix", "--sparse"]),
        ]
        var random = SeededGenerator(seed: 5)
        var outcomes: Set<Bool> = []
        for round in 0..<400 {
            var archive = archives[round % 2]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let block = Int.random(in: 0..<8, using: &random) * 512
                archive[block + Int.random(in: 0..<512, using: &random)] = UInt8.random(
                    in: .min ... .max, using: &random)
                Self.mendSum(of: &archive, at: block)
            }
            do { outcomes.insert(try await !Self.members(of: archive, piece: 8192).isEmpty) } catch is BoxError {
                outcomes.insert(false)
            }
        }
        #expect(outcomes == [true, false])
    }

    /// What stands in an archive.
    private struct Found {
        let name: String
        let kind: TarReader.Member.Kind
        let digest: String
    }

    private static let content =
        [UInt8](repeating: 7, count: 70_000) + [UInt8](repeating: 0, count: 500_000)
        + (0..<90_001).map { UInt8(truncatingIfNeeded: $0 &* 31) } + [UInt8](repeating: 0, count: 100_000)

    private static func archive(_ fixture: borrowing BoxStoreFixture, _ options: [String]) async throws -> [UInt8] {
        let source = fixture.root.appending("source")
        let target = fixture.root.appending("archive.tar")
        try HostFiles.makeDirectory(source.appending("directory"))
        try AtomicFile.write(content, to: fixture.root.appending("plain"), durable: false)
        try await fixture.run(
            "cp", ["--sparse=always", fixture.root.appending("plain").string, source.appending("box.img").string])
        try fixture.write("", to: source.appending("directory/empty"))
        try await fixture.run("ln", ["-sf", "/etc/shadow", source.appending("link").string])
        try await fixture.run(
            "tar", options + ["--sort=name", "-C", source.string, "-cf", target.string, "."])
        return try HostFiles.read(target) ?? []
    }

    private static func members(of archive: [UInt8], piece: Int) async throws -> [Found] {
        let reader = Pieces(bytes: archive, size: piece)
        var tar = TarReader(ByteStream { () throws(BoxError) in await reader.next() }, "testing")
        var found: [Found] = []
        while let member = try await tar.next() {
            // a damaged archive may promise any number of zeros
            var hash = SHA256()
            var rest = min(member.length, 1 << 21)
            while rest > 0 {
                let bytes = try await tar.read(Int(min(rest, 10_000)))
                if bytes.isEmpty { break }
                hash.update(bytes)
                rest -= Int64(bytes.count)
            }
            found.append(Found(name: member.name, kind: member.kind, digest: hash.hexadecimal()))
        }
        return found
    }

    /// Makes a header right again that was changed.
    private static func mendSum(of archive: inout [UInt8], at block: Int) {
        for index in 148..<156 { archive[block + index] = 0x20 }
        let sum = archive[block..<(block + 512)].reduce(0) { $0 + Int($1) }
        let digits = Array(String(sum, radix: 8).utf8)
        archive.replaceSubrange((block + 148)..<(block + 148 + digits.count), with: digits)
        archive[block + 148 + digits.count] = 0
    }
}

/// Bytes in pieces.
private actor Pieces {
    private var rest: ArraySlice<UInt8>
    private let size: Int

    init(bytes: [UInt8], size: Int) {
        rest = bytes[...]
        self.size = size
    }

    func next() -> [UInt8]? {
        if rest.isEmpty { return nil }
        defer { rest = rest.dropFirst(size) }
        return Array(rest.prefix(size))
    }
}
