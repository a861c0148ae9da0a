import DevenvBoxes
import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import Synchronization
import SystemPackage
import Testing

/// Boxes that are added while their files still come.
@Suite(.requires(tool: "qemu-img", "gzip", "zstd", "xz")) struct ArrivingBoxTests {
    @Test(arguments: ["disk.qcow2", "box.tar.gz", "box.tar.zst", "box.tar.xz", "box.tar"])
    func itIsTheSameBoxAsOfTheWholeFile(name: String) async throws {
        let fixture = try BoxStoreFixture()
        let source = try await fixture.source(name)
        let other = BoxStore(
            directories: HostDirectories(data: fixture.root.appending("other"), runtime: fixture.root.appending("run")),
            runner: SystemToolRunner())
        let expected = try await other.add(source, name: "test").digest
        let arrival = Arrival(source, at: fixture.root.appending("part"))
        let store = fixture.store
        async let added = store.addArriving(arrival.file)
        try await arrival.comeWhole()
        let found = try await added
        let record = try #require(found)
        #expect(record.digest == expected)
        #expect(try await fixture.store.isIntact("test"))
        #expect(HostFiles.exists(arrival.file.path) == (name != "disk.qcow2"), "a disk image is moved")
        #expect(try fixture.staging().isEmpty)
        let disk = try #require(try fixture.store.image(withDigest: expected, name: "test").layers.first)
        #expect(try fixture.mode(of: disk) == 0o444)
    }

    @Test(arguments: ["disk.qcow2", "box.tar.gz", "box.tar"])
    func ofAFileThatDoesNotComeNothingIsLeft(name: String) async throws {
        let fixture = try BoxStoreFixture()
        let arrival = Arrival(try await fixture.source(name), at: fixture.root.appending("part"))
        let store = fixture.store
        async let added = store.addArriving(arrival.file)
        try await arrival.come(upTo: 0.6)
        arrival.file.abandon()
        let found = try await added
        #expect(found == nil)
        #expect(try fixture.images().isEmpty)
        #expect(try fixture.staging().isEmpty)
        #expect(HostFiles.exists(arrival.file.path))
    }

    /// Hostile archives and other files are told apart by whoever has them whole.
    @Test func whatIsNoBoxIsLeftToTheOrdinaryWay() async throws {
        let fixture = try BoxStoreFixture()
        var tar = TarWriter()
        tar.add("../../stolen", text: "x")
        let evil = fixture.root.appending("evil.tar")
        try AtomicFile.write(tar.finished(), to: evil, durable: false)
        let text = fixture.root.appending("text")
        try AtomicFile.write(Array("no box".utf8), to: text, durable: false)
        let store = fixture.store
        for source in [evil, text] {
            let arrival = Arrival(source, at: fixture.root.appending("part"))
            async let added = store.addArriving(arrival.file)
            try await arrival.comeWhole()
            let found = try await added
            #expect(found == nil)
            #expect(try fixture.images().isEmpty && fixture.staging().isEmpty)
        }
    }

    /// What the catalog says of the image, and whoever looks at the file first, have the last word.
    @Test(arguments: ["disk.qcow2", "box.tar.gz"])
    func whatIsNotTakenAfterAllIsWhereItWas(name: String) async throws {
        struct Objection: Error {}
        let fixture = try BoxStoreFixture()
        let source = try await fixture.source(name)
        let other = ImageDigest(parsing: "sha256:" + String(repeating: "0", count: 64))
        let store = fixture.store
        for isObjection in [true, false] {
            let arrival = Arrival(source, at: fixture.root.appending("part"))
            async let refused = store.refusesArriving(
                arrival.file, expecting: isObjection ? nil : other, approve: { if isObjection { throw Objection() } })
            try await arrival.comeWhole()
            let isRefused = await refused
            #expect(isRefused)
            let isSame = try HostFiles.read(arrival.file.path) == HostFiles.read(source)
            #expect(isSame)
            #expect(try fixture.images().isEmpty && fixture.staging().isEmpty)
            try HostFiles.remove(arrival.file.path)
        }
    }
}

/// A file that comes in pieces.
private final class Arrival: Sendable {
    let file: ArrivingFile
    private let source: FilePath

    init(_ source: FilePath, at path: FilePath) {
        self.source = source
        file = ArrivingFile(path)
    }

    func comeWhole() async throws {
        try await come(upTo: 1)
        file.complete(sha256: SHA256.hexadecimal(of: try HostFiles.read(source) ?? []))
    }

    func come(upTo part: Double) async throws {
        let bytes = try HostFiles.read(source) ?? []
        let target = try FileDescriptor.open(
            file.path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        defer { try? target.close() }  // a test that goes on reads what is there
        let end = Int(Double(bytes.count) * part)
        for start in stride(from: 0, to: end, by: 300_000) {
            try target.writeAll(bytes[start..<min(end, start + 300_000)])
            file.advance(to: Int64(min(end, start + 300_000)))
            await Task.yield()
        }
    }
}

extension BoxStore {
    fileprivate func addArriving(
        _ file: ArrivingFile, expecting image: ImageDigest? = nil,
        approve: @escaping @Sendable () throws -> Void = {}
    ) async throws -> BoxRecord? {
        try await add(
            arriving: file, as: Naming(name: "test", source: "a test"), expecting: Expectation(image: image),
            approve: { _ in try approve() }, notice: { _ in })
    }

    /// Whether adding it is an error.
    fileprivate func refusesArriving(
        _ file: ArrivingFile, expecting image: ImageDigest?, approve: @escaping @Sendable () throws -> Void
    ) async -> Bool {
        do {
            _ = try await addArriving(file, expecting: image, approve: approve)
            return false
        } catch { return true }
    }
}

extension BoxStoreFixture {
    /// A disk image with noise in it, or a Vagrant box with that.
    fileprivate func source(_ name: String) async throws -> FilePath {
        let disk = try await makeNoise()
        if name == "disk.qcow2" { return disk }
        return try await makeVagrantBox(
            named: name, ["metadata.json": #"{"provider": "libvirt"}"#], disks: ["box.img": disk])
    }
}
