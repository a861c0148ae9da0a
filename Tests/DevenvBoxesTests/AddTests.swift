import DevenvBoxes
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@Suite(.requiresRoot) struct AddTests {
    @Test(
        .requires(tool: "setcap", "zstd", "xz"),
        arguments: ["tree.tar", "a:b.tar", "tree.tar.gz", "tree.tar.zst", "tree.tar.xz"])
    func theSameTreeHasTheSameDigestHoweverItComes(archive: String) async throws {
        let fixture = try BoxStoreFixture()
        let tree = try fixture.makeTree()
        try await fixture.run("setcap", ["cap_net_raw+ep", tree.appending("usr/bin/same").string])
        try await fixture.run("mknod", [tree.appending("null").string, "c", "1", "3"])
        try fixture.check(chown(tree.appending("empty").string, 100, 101))
        let target = fixture.root.appending(archive)
        try await fixture.run(
            "tar", ["-C", tree.string, "--xattrs", "--xattrs-include=*", "-caf", target.string, "."])

        let direct = try await fixture.store.add(tree, name: "direct")
        let unpacked = try await fixture.store.add(target, name: "test/unpacked")

        #expect(direct.digest == unpacked.digest)
        #expect(try fixture.images().count == 1)
        #expect(try fixture.store.list().map(\.name) == ["direct", "test/unpacked"])
        #expect(try fixture.staging().isEmpty)
        #expect(try await fixture.store.isIntact("direct"))
    }

    @Test func anAddedBoxResolvesToItsTreeAndItsUser() async throws {
        let fixture = try BoxStoreFixture()
        let record = try await fixture.store.add(try fixture.makeTree(), name: "test/one", version: "12.11")
        let image = try fixture.store.resolve(
            .named("test/one", constraint: VersionConstraint(parsing: "~> 12.0")), base: "/", formats: [.directories])

        #expect(image.digest == record.digest)
        #expect(image.user == "dev")
        #expect(image.format == .directories)
        let passwords = try #require(image.layers.first).appending("etc/passwd")
        #expect(HostFiles.exists(passwords))
        #expect(try fixture.store.image(withDigest: image.digest, name: "test/one") == image)
    }

    @Test func everyPropertyOfAnEntryChangesTheDigest() async throws {
        let fixture = try BoxStoreFixture()
        let tree = try fixture.makeTree()
        let tool = tree.appending("usr/bin/tool").string
        var digests = [try await fixture.store.add(tree, name: "test").digest]
        let changes: [() throws -> Void] = [
            { try fixture.check(chmod(tool, 0o755)) },
            { try fixture.check(chown(tool, 1, 0)) },
            { try fixture.check(chown(tool, 1, 1)) },
            { try fixture.write("#!/bin/zz\n", to: tree.appending("etc/passwd")) },
            { try fixture.check(unlink(tree.appending("bin").string)) },
            { try fixture.check(symlink("usr/bim", tree.appending("bin").string)) },
            { try fixture.check(unlink(tree.appending("pipe").string)) },
            { try fixture.check(mkfifo(tree.appending("pipe").string, 0o601)) },
        ]
        for change in changes {
            try change()
            digests.append(try await fixture.store.add(tree, name: "test", replacing: true).digest)
        }
        #expect(Set(digests).count == digests.count)
        #expect(try fixture.images().count == 1, "the images that were replaced are gone")
    }

    @Test func aLinkToADirectoryIsFollowed() async throws {
        let fixture = try BoxStoreFixture()
        let tree = try fixture.makeTree()
        let link = fixture.root.appending("link")
        try fixture.check(symlink(tree.string, link.string))
        let direct = try await fixture.store.add(tree, name: "direct")
        let linked = try await fixture.store.add(link, name: "linked")
        #expect(direct.digest == linked.digest)
    }

    @Test func timesDoNotChangeTheDigest() async throws {
        let fixture = try BoxStoreFixture()
        let tree = try fixture.makeTree()
        let first = try await fixture.store.add(tree, name: "test")
        try await fixture.run("touch", ["-d", "2001-01-01", tree.appending("etc/passwd").string])
        let second = try await fixture.store.add(tree, name: "test")
        #expect(first.digest == second.digest)
    }

    @Test func aTakenNameIsReplacedOnlyWhenToldSo() async throws {
        let fixture = try BoxStoreFixture()
        let tree = try fixture.makeTree()
        let first = try await fixture.store.add(tree, name: "test")
        try fixture.write("new\n", to: tree.appending("etc/new"))

        let error = await #expect(throws: BoxError.self) { try await fixture.store.add(tree, name: "test") }
        #expect(error?.code == .taken)
        #expect(try fixture.store.list().map(\.digest) == [first.digest])
        #expect(try fixture.images().count == 1)

        let second = try await fixture.store.add(tree, name: "test", replacing: true)
        #expect(try fixture.store.list().map(\.digest) == [second.digest])
        #expect(first.digest != second.digest)
    }

    @Test func manyAtOnceShareOneImage() async throws {
        let fixture = try BoxStoreFixture()
        let tree = try fixture.makeTree()
        let store = fixture.store
        let digests = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<8 { group.addTask { try await store.add(tree, name: "test-\(number)").digest } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(digests.count == 1)
        #expect(try fixture.images().count == 1)
        #expect(try fixture.store.list().count == 8)
        #expect(try fixture.staging().isEmpty)
    }

    @Test func abandonedWorkGoesWithTheNextBox() async throws {
        let fixture = try BoxStoreFixture()
        let tree = try fixture.makeTree()
        _ = try await fixture.store.add(tree, name: "test")
        let abandoned = fixture.directories.boxes.appending("staging/0123456789abcdef")
        try HostFiles.makeDirectory(abandoned.appending("image/rootfs"))
        try fixture.write("", to: FilePath(abandoned.string + ".lock"))
        let elsewhere = fixture.root.appending("elsewhere")
        try HostFiles.makeDirectory(elsewhere.appending("tree"))
        try fixture.write(elsewhere.string, to: abandoned.appending("elsewhere"))
        let torn = fixture.directories.boxes.appending("names/test.json.12.34")
        try fixture.write("{", to: torn)
        _ = try await fixture.store.add(tree, name: "other")
        #expect(try fixture.staging().isEmpty)
        #expect(!HostFiles.exists(elsewhere))
        #expect(!HostFiles.exists(torn))
    }

    @Test(arguments: [("", "can't be the name"), ("../evil", "can't be the name"), ("a/b/c", "can't be the name")])
    func aBadNameIsRefused(name: String, complaint: String) async throws {
        let fixture = try BoxStoreFixture()
        let tree = try fixture.makeTree()
        let error = await #expect(throws: BoxError.self) { try await fixture.store.add(tree, name: name) }
        #expect(error?.code == .invalid)
        #expect(error?.description.contains(complaint) == true)
        #expect(!HostFiles.exists(fixture.directories.boxes))
    }

    @Test func whatIsNoArchiveIsRefusedAndLeavesNothing() async throws {
        let fixture = try BoxStoreFixture()
        let file = fixture.root.appending("noise.tar")
        try fixture.write(String(repeating: "noise", count: 1000), to: file)
        let error = await #expect(throws: BoxError.self) { try await fixture.store.add(file, name: "test") }
        #expect(error?.description.contains("noise.tar") == true)
        #expect(try fixture.images().isEmpty)
        #expect(try fixture.staging().isEmpty)
    }

    @Test func aMissingSourceIsNamed() async throws {
        let fixture = try BoxStoreFixture()
        let error = await #expect(throws: BoxError.self) {
            try await fixture.store.add("/nowhere/at/all.tar", name: "test")
        }
        #expect(error?.description.contains("adding the box 'test' from '/nowhere/at/all.tar'") == true)
    }
}
