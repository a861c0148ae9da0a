import DevenvBoxes
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@Suite(.requiresRoot) struct RemoveTests {
    @Test func removingTheLastNameRemovesTheImage() async throws {
        let fixture = try BoxStoreFixture()
        let tree = try fixture.makeTree()
        _ = try await fixture.store.add(tree, name: "one")
        _ = try await fixture.store.add(tree, name: "two")
        try await fixture.store.remove("one")
        #expect(try fixture.images().count == 1)
        try await fixture.store.remove("two")
        #expect(try fixture.images().isEmpty)
        #expect(try fixture.staging().isEmpty)
    }

    /// Also where it was killed while it wrote who holds a lock.
    @Test func whatAKilledCommandWasMakingIsRemoved() async throws {
        let fixture = try BoxStoreFixture()
        _ = try await fixture.store.add(try fixture.makeTree(), name: "one")
        let staging = fixture.directories.boxes.appending("staging")
        try HostFiles.makeDirectory(staging.appending("0123456789abcdef").appending("rootfs"))
        for file in ["0123456789abcdef.lock", "0123456789abcdef.lock.owner", "fedcba9876543210.lock.owner.42.7"] {
            try AtomicFile.write([], to: staging.appending(file), durable: false)
        }
        try await fixture.store.collectGarbage()
        #expect(try fixture.staging().isEmpty)
    }

    @Test func removingAnAbsentBoxIsAnError() async throws {
        let fixture = try BoxStoreFixture()
        let error = await #expect(throws: BoxError.self) { try await fixture.store.remove("absent") }
        #expect(error?.code == .missing)
    }

    @Test func aBoxInUseStaysUntilItIsReleased() async throws {
        let fixture = try BoxStoreFixture()
        let digest = try await fixture.store.add(try fixture.makeTree(), name: "test").digest
        let web = BoxStoreFixture.machine("web")
        try fixture.store.retain(digest, by: web)
        try fixture.store.retain(digest, by: web)

        let error = await #expect(throws: BoxError.self) { try await fixture.store.remove("test") }
        #expect(error?.code == .inUse)
        #expect(error?.description.contains("shop/web") == true)

        try fixture.store.release(digest, by: web)
        try fixture.store.release(digest, by: web)
        try await fixture.store.remove("test")
        #expect(try fixture.images().isEmpty)
    }

    @Test func aForcedRemovalLeavesTheImageToItsMachines() async throws {
        let fixture = try BoxStoreFixture()
        let digest = try await fixture.store.add(try fixture.makeTree(), name: "test").digest
        let web = BoxStoreFixture.machine("web")
        try fixture.store.retain(digest, by: web)
        try await fixture.store.remove("test", force: true)
        #expect(try fixture.store.list().isEmpty)
        #expect(try fixture.store.image(withDigest: digest, name: "test").digest == digest)

        try fixture.store.release(digest, by: web)
        try await fixture.store.collectGarbage()
        #expect(try fixture.images().isEmpty)
    }

    @Test func retainingAnImageThatIsGoneIsAnError() async throws {
        let fixture = try BoxStoreFixture()
        let digest = try await fixture.store.add(try fixture.makeTree(), name: "test").digest
        try await fixture.store.remove("test")
        let error = #expect(throws: BoxError.self) {
            try fixture.store.retain(digest, by: BoxStoreFixture.machine("web"))
        }
        #expect(error?.code == .missing)
        try fixture.store.release(digest, by: BoxStoreFixture.machine("web"))
    }

    @Test func verifyNamesEachDifference() async throws {
        let fixture = try BoxStoreFixture()
        let record = try await fixture.store.add(try fixture.makeTree(), name: "test")
        let tree = try #require(try fixture.store.image(withDigest: record.digest, name: "test").layers.first)
        try fixture.write("changed", to: tree.appending("etc/passwd"))
        try fixture.write("extra", to: tree.appending("etc/extra"))
        try fixture.check(chmod(tree.appending("usr/bin/tool").string, 0o700))
        try fixture.check(unlink(tree.appending("pipe").string))
        let differences = try await fixture.store.verify("test").flatMap(\.differences)
        #expect(
            differences.map(\.description) == [
                "extra: /etc/extra", "changed: /etc/passwd (content or attributes)", "missing: /pipe",
                "changed: /usr/bin/same (mode 4755 to 0700)", "changed: /usr/bin/tool (mode 4755 to 0700)",
            ])
    }

    @Test(.requires(tool: "qemu-img")) func oneFormatOfANameCanGoAlone() async throws {
        let fixture = try BoxStoreFixture()
        let tree = try await fixture.store.add(try fixture.makeTree(), name: "test")
        let disk = try await fixture.store.add(try await fixture.makeDisk(), name: "test")
        try fixture.store.retain(disk.digest, by: BoxStoreFixture.machine("web"))

        let store = fixture.store
        let error = await #expect(throws: BoxError.self) { try await store.remove("test") }
        #expect(error?.code == .inUse, "the machine needs one of the two")
        try await fixture.store.remove("test", BoxFilter(format: .directories))
        #expect(try fixture.store.list().map(\.digest) == [disk.digest])
        #expect(throws: BoxError.self) { try fixture.store.image(withDigest: tree.digest, name: "test") }

        let missing = await #expect(throws: BoxError.self) {
            try await store.remove("test", BoxFilter(format: .directories))
        }
        #expect(missing?.description.contains("there is no such tree") == true)
        try await fixture.store.remove("test", BoxFilter(format: .qcow2), force: true)
        #expect(try fixture.store.list().isEmpty)
        #expect(try fixture.images().count == 1, "the machine keeps its image")
        try fixture.store.release(disk.digest, by: BoxStoreFixture.machine("web"))
        try await fixture.store.collectGarbage()
        #expect(try fixture.images().isEmpty)
    }

    @Test(.requires(tool: "qemu-img")) func removingANameRemovesAllItsFormats() async throws {
        let fixture = try BoxStoreFixture()
        _ = try await fixture.store.add(try fixture.makeTree(), name: "test")
        _ = try await fixture.store.add(try await fixture.makeDisk(), name: "test")
        #expect(try await fixture.store.verify("test").map(\.format) == [.directories, .qcow2])
        try await fixture.store.remove("test")
        #expect(try fixture.store.list().isEmpty)
        #expect(try fixture.images().isEmpty)
    }
}
