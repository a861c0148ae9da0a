import DevenvBoxes
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

/// Stores that another version of devenv wrote.
@Suite struct EarlierStoreTests {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)

    @Test func namesAndImagesFromBeforeThereWereFormatsAreTrees() throws {
        let fixture = try BoxStoreFixture()
        try Self.makeStore(fixture)
        let record = try #require(try fixture.store.list().first)
        #expect(record.name == "debian/12")
        #expect(record.format == .directories)
        #expect(record.architecture == "amd64")
        #expect(record.created == 1_700_000_000)
        let image = try fixture.store.resolve(
            .named("debian/12", constraint: VersionConstraint(parsing: "~> 12.0")), base: "/", formats: [.directories])
        #expect(image.digest == Self.digest)
        #expect(image.layers.first?.lastComponent == "rootfs")
    }

    @Test(.requires(tool: "qemu-img")) func aDiskImageJoinsATreeFromBefore() async throws {
        let fixture = try BoxStoreFixture()
        try Self.makeStore(fixture)
        let disk = try await fixture.store.add(try await fixture.makeDisk(), name: "debian/12")
        #expect(try fixture.store.list().map(\.digest) == [Self.digest, disk.digest])
        try await fixture.store.remove("debian/12", BoxFilter(format: .qcow2))
        #expect(try fixture.store.list().map(\.digest) == [Self.digest])
    }

    @Test func aNameFromALaterVersionIsNotMisread() throws {
        let fixture = try BoxStoreFixture()
        try Self.makeStore(fixture, schema: 4)
        let error = #expect(throws: BoxError.self) { try fixture.store.list() }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("another version of devenv (schema 4)") == true)
    }

    @Test func aNameWithOneImageOfEachFormatIsRead() throws {
        let fixture = try BoxStoreFixture()
        try Self.makeStore(fixture)
        try fixture.write(
            """
            {"schema": 2, "images": [{"architecture": "amd64", "created": 1700000000, "digest": "\(Self.digest)",
             "format": "directories", "source": "/a.tar", "user": "dev", "version": "12.11"}]}
            """, to: fixture.directories.boxes.appending("names/other.json"))
        #expect(try fixture.store.list().map(\.name) == ["debian/12", "other"])
        #expect(try fixture.store.records(of: "other").map(\.version) == ["12.11"])
        #expect(try fixture.store.records(of: "other").map(\.catalog) == [nil])
    }

    private static func makeStore(_ fixture: borrowing BoxStoreFixture, schema: Int = 1) throws {
        let boxes = fixture.directories.boxes
        let image = boxes.appending("images/sha256-" + digest.dropFirst(7))
        try HostFiles.makeDirectory(image.appending("rootfs/etc"))
        try HostFiles.makeDirectory(image.appending("references"))
        try HostFiles.makeDirectory(boxes.appending("names"))
        try fixture.write(
            """
            {"architecture": "amd64", "bytes": 5, "digest": "\(digest)", "entries": 2, "user": "dev", "version": "12.11"}
            """, to: image.appending("image.json"))
        try fixture.write(
            """
            {"created": 1700000000, "digest": "\(digest)", "schema": \(schema), "source": "/a.tar", "user": "dev",
             "version": "12.11"}
            """, to: boxes.appending("names/debian%2F12.json"))
    }
}
