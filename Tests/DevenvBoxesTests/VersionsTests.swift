import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvBoxes

/// One name for many images.
@Suite struct VersionsTests {
    /// An entry as `FORMAT VERSION ARCHITECTURE`, `-` where there is none.
    private static func entry(_ text: String) throws -> NameEntry {
        let words = text.split(separator: " ").map { $0 == "-" ? nil : String($0) }
        let hexadecimal = text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let digest = "sha256:" + (hexadecimal + String(repeating: "0", count: 64)).prefix(64)
        return NameEntry(
            format: try #require(words[0].flatMap(BoxImage.Format.init(rawValue:))),
            digest: try #require(ImageDigest(parsing: digest)), version: words[1], architecture: words[2], user: "dev",
            created: 0, source: "")
    }

    @Test(
        arguments: [
            (nil, ["qcow2 1.9 amd64", "qcow2 1.10 amd64", "qcow2 1.2 amd64"], "qcow2 1.10 amd64"),
            ("< 1.10", ["qcow2 1.9 amd64", "qcow2 1.10 amd64"], "qcow2 1.9 amd64"),
            (nil, ["qcow2 2.0 arm64", "qcow2 1.0 amd64"], "qcow2 1.0 amd64"),
            (nil, ["qcow2 2.0 i386", "qcow2 1.0 amd64"], "qcow2 2.0 i386"),
            (nil, ["qcow2 2.0 i386", "qcow2 2.0 -", "qcow2 2.0 amd64"], "qcow2 2.0 amd64"),
            (nil, ["qcow2 2.0 -", "qcow2 1.0 amd64"], "qcow2 2.0 -"),
            (nil, ["qcow2 2.1.rc1 amd64", "qcow2 2.0 amd64"], "qcow2 2.0 amd64"),
            (">= 2.1.a", ["qcow2 2.1.rc1 amd64", "qcow2 2.0 amd64"], "qcow2 2.1.rc1 amd64"),
            ("= 2.1.rc1", ["qcow2 2.1.rc1 amd64", "qcow2 2.1 amd64"], "qcow2 2.1.rc1 amd64"),
            (nil, ["qcow2 - amd64", "qcow2 0.1 amd64"], "qcow2 0.1 amd64"),
            ("> 3", ["qcow2 - amd64", "qcow2 0.1 amd64"], "qcow2 - amd64"),
            ("= 1", ["qcow2 trixie/sid amd64", "qcow2 0.9 amd64"], "qcow2 trixie/sid amd64"),
            (nil, ["directories 3 amd64", "qcow2 1 amd64"], "qcow2 1 amd64"),
            (nil, ["ovf 1 amd64", "qcow2 1 amd64"], "qcow2 1 amd64"),
            (nil, ["ovf 2 amd64", "qcow2 1 amd64"], "ovf 2 amd64"),
            (nil, ["qcow2 1 arm64"], nil), ("> 1", ["qcow2 1 amd64"], nil), (nil, ["qcow2 1.a amd64"], nil),
            (nil, [], nil),
        ] as [(String?, [String], String?)])
    func theHighestVersionThatSuitsIsTaken(constraint: String?, entries: [String], expected: String?) throws {
        let selection = BoxSelection(
            formats: [.qcow2, .ovf], architectures: ["amd64", "i386"],
            constraint: try constraint.map { try #require(VersionConstraint(parsing: $0)) })
        for order in [entries, entries.reversed()] {
            let found = selection.best(of: try order.map(Self.entry))
            #expect(found == (try expected.map(Self.entry)))
        }
    }

    @Test(arguments: [
        ("qcow2 1.0 amd64", "qcow2 1.0 amd64", true), ("qcow2 1.0 amd64", "qcow2 1 amd64", true),
        ("qcow2 1.0 amd64", "qcow2 1.1 amd64", false), ("qcow2 1.0 amd64", "ovf 1.0 amd64", false),
        ("qcow2 1.0 amd64", "qcow2 1.0 arm64", false), ("qcow2 - -", "qcow2 - -", true),
        ("qcow2 1 -", "qcow2 - -", false), ("qcow2 1 amd64", "qcow2 1 -", false),
    ])
    func oneImageForEachVersionFormatAndProcessor(first: String, second: String, replaces: Bool) throws {
        var file = NameFile()
        file.put(try Self.entry(first))
        file.put(try Self.entry(second))
        #expect(file.images.count == (replaces ? 1 : 2))
        #expect(file.images.contains(try Self.entry(second)))
    }

    @Test(.requires(tool: "qemu-img")) func aNameStandsForManyVersions() async throws {
        let fixture = try BoxStoreFixture()
        for (number, version) in ["1.9", "1.10", "2.0.rc1"].enumerated() {
            let disk = try await fixture.makeDisk(named: "\(number)", content: UInt8(number + 1))
            _ = try await fixture.store.add(disk, name: "team/base", version: version)
        }
        #expect(try fixture.store.list().map(\.version) == ["1.9", "1.10", "2.0.rc1"])
        for (constraint, version) in [(nil, "1.10"), ("~> 1.9.0", "1.9"), (">= 2.a", "2.0.rc1")] {
            let record = try fixture.store.record(
                of: "team/base", constraint: constraint.flatMap(VersionConstraint.init(parsing:)), formats: [.qcow2])
            #expect(record?.version == version)
            let image = try fixture.store.resolve(
                .named("team/base", constraint: constraint.flatMap(VersionConstraint.init(parsing:))), base: "/",
                formats: [.qcow2])
            #expect(image.digest == record?.digest)
        }
        let error = #expect(throws: BoxError.self) {
            try fixture.store.resolve(
                .named("team/base", constraint: VersionConstraint(parsing: "~> 2.0")), base: "/", formats: [.qcow2])
        }
        for part in [
            "'~> 2.0'", "1.9 (disk image)", "1.10 (disk image)", "2.0.rc1 (disk image, prerelease)", "= 2.0.rc1",
        ] {
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        }
        #expect(try fixture.store.record(of: "team/base", constraint: nil, formats: [.directories]) == nil)
    }

    @Test(.requires(tool: "qemu-img")) func oneVersionOrProcessorCanGoAlone() async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        for (version, architecture) in [("1.0", "amd64"), ("1.0", "arm64"), ("2.0", "amd64")] {
            _ = try await fixture.store.add(
                disk, as: .init(name: "test", version: version, architecture: architecture, source: "test"))
        }
        #expect(try fixture.images().count == 1)
        try await fixture.store.remove("test", BoxFilter(architecture: "arm64"))
        #expect(try fixture.store.list().map(\.version) == ["1.0", "2.0"])
        let removed = try await fixture.store.remove("test", BoxFilter(version: "1"))
        #expect(removed == ["1.0 (disk image, amd64)"])
        #expect(try fixture.store.list().map(\.version) == ["2.0"])
        let store = fixture.store
        let error = await #expect(throws: BoxError.self) {
            try await store.remove("test", BoxFilter(version: "1.0", format: .qcow2, architecture: "amd64"))
        }
        #expect(error?.description.contains("there is no such disk image 1.0 for amd64") == true)
        try await fixture.store.remove("test")
        #expect(try fixture.images().isEmpty)
    }

    @Test(.requires(tool: "qemu-img")) func pruningKeepsTheNewestAndWhatMachinesUse() async throws {
        let fixture = try BoxStoreFixture()
        var digests: [String] = []
        for version in 1...4 {
            let disk = try await fixture.makeDisk(named: "disk-\(version)", content: UInt8(version))
            digests.append(try await fixture.store.add(disk, name: "a", version: "\(version)").digest)
        }
        _ = try await fixture.store.add(try await fixture.makeNoise(), name: "b", version: "1")
        try fixture.store.retain(digests[1], by: BoxStoreFixture.machine("web"))

        let rehearsal = try await fixture.store.prune(BoxStore.Pruning(), isRehearsal: true)
        #expect(rehearsal.boxes.map(\.version) == ["1", "3"])
        #expect(try fixture.store.list().count == 5)
        #expect(try await fixture.store.prune(BoxStore.Pruning(name: "b")).boxes.isEmpty)
        let cleaning = try await fixture.store.prune(BoxStore.Pruning())
        #expect(cleaning == rehearsal)
        #expect(cleaning.freed.bytes > 2 * 3 << 20)
        #expect(Set(cleaning.images) == [digests[0], digests[2]])
        #expect(try fixture.store.list().map(\.version) == ["2", "4", "1"])
        #expect(try fixture.images().count == 3)

        let forced = try await fixture.store.prune(BoxStore.Pruning(takesUsed: true))
        #expect(forced.boxes.map(\.version) == ["2"])
        #expect(forced.images.isEmpty && forced.freed.bytes == 0, "the machine keeps its image")
        #expect(try fixture.store.image(withDigest: digests[1], name: "a").digest == digests[1])
        let store = fixture.store
        let error = await #expect(throws: BoxError.self) { try await store.prune(BoxStore.Pruning(name: "absent")) }
        #expect(error?.code == .missing)
    }

    @Test(.requires(tool: "qemu-img")) func garbageIsToldBeforeItGoes() async throws {
        let fixture = try BoxStoreFixture()
        let digest = try await fixture.store.add(try await fixture.makeNoise(), name: "test").digest
        let web = BoxStoreFixture.machine("web")
        try fixture.store.retain(digest, by: web)
        try await fixture.store.remove("test", force: true)
        #expect(try await fixture.store.collectGarbage() == BoxStore.Cleaning())
        try fixture.store.release(digest, by: web)
        let abandoned = fixture.directories.boxes.appending("staging/0123456789abcdef")
        try HostFiles.makeDirectory(abandoned)
        try AtomicFile.write([UInt8](repeating: 1, count: 1 << 20), to: abandoned.appending("part"), durable: false)
        let packages = fixture.directories.boxes.appending("cache/packages/bookworm")
        try fixture.write("x", to: try Self.made(packages).appending("a.deb"))

        let rehearsal = try await fixture.store.collectGarbage(isRehearsal: true)
        #expect(rehearsal.images == [digest])
        #expect(rehearsal.abandoned == 1)
        #expect(rehearsal.freed.bytes > 3 << 20)
        #expect(try fixture.images().count == 1)
        #expect(HostFiles.exists(abandoned))

        let cleaning = try await fixture.store.collectGarbage(packages: true)
        #expect(cleaning.images == [digest])
        #expect(cleaning.freed.bytes > rehearsal.freed.bytes)
        #expect(try fixture.images().isEmpty)
        #expect(try fixture.staging().isEmpty)
        #expect(!HostFiles.exists(packages))
    }

    private static func made(_ directory: FilePath) throws -> FilePath {
        try HostFiles.makeDirectory(directory)
        return directory
    }
}
