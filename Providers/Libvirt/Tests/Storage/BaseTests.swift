import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// The box's image in the pool: placed once, never trusted for its name, gone with its last machine.
@Suite(.requiresLibvirt, .requiresRoot, .requires(tool: "qemu-img", "qemu-io"))
struct BaseTests {
    @Test func theStoresOwnFileIsUsedWhereItCanBe() async throws {
        try await StorageFixture.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan())
            let (store, base) = (FileFacts(fixture.box.layers[0]), FileFacts(try fixture.base()))
            #expect(base?.inode == store?.inode)
            #expect(store?.links == 2)
            // libvirt knows of it
            let volume = try BaseImage(fixture.box).volume
            #expect(try await fixture.connection.volume(in: fixture.pool.name, volume)?.format == "qcow2")
        }
    }

    @Test func aBaseGoesWithItsLastMachineOnly() async throws {
        try await StorageFixture.with { fixture in
            let other = try await StorageFixture.makeBox("other", content: 0xA5, in: fixture.directory)
            _ = try await fixture.storage.prepare(fixture.plan("one"))
            _ = try await fixture.storage.prepare(fixture.plan("two"))
            _ = try await fixture.storage.prepare(DiskPlan(identity: fixture.identity("web"), box: other))
            try await fixture.storage.remove(fixture.identity("one"))
            #expect(HostFiles.exists(try fixture.base()))
            try await fixture.storage.remove(fixture.identity("two"))
            #expect(!HostFiles.exists(try fixture.base()))
            #expect(HostFiles.exists(try fixture.base(of: other)))
            #expect(HostFiles.exists(fixture.box.layers[0]), "the store's own file stays")
        }
    }

    @Test func anOverlayThatLibvirtWasNotToldOfKeepsItsBase() async throws {
        try await StorageFixture.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan("one"))
            let mine = fixture.poolDirectory.appending("mine.qcow2")
            try await StorageFixture.run(
                "qemu-img", "create", "-q", "-f", "qcow2", "-b", try fixture.base().string, "-F", "qcow2", mine.string)
            try await fixture.storage.remove(fixture.identity("one"))
            #expect(HostFiles.exists(try fixture.base()))
            try HostFiles.remove(mine)
        }
    }

    /// What may stand in a base's place: the same box from elsewhere, a part of it, something else.
    @Test(arguments: ["a part", "another image", "nothing"])
    func whatStandsInABasesPlaceIsNotTrusted(_ intruder: String) async throws {
        try await StorageFixture.with { fixture in
            try HostFiles.makeDirectory(
                fixture.poolDirectory, mode: [.ownerReadWriteExecute, .groupExecute, .otherExecute])
            let base = try fixture.base()
            switch intruder {
            case "a part":
                let bytes = try #require(try HostFiles.read(fixture.box.layers[0]))
                try AtomicFile.write(Array(bytes.prefix(bytes.count / 2)), to: base, durable: false)
            case "another image":
                try await StorageFixture.run("qemu-img", "create", "-q", "-f", "qcow2", base.string, "32M")
            default: try AtomicFile.write([], to: base, durable: false)
            }
            let files = try await fixture.storage.prepare(fixture.plan())
            #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
            #expect(FileFacts(base)?.inode == FileFacts(fixture.box.layers[0])?.inode)
        }
    }

    @Test func aBaseThatWasChangedUnderMachinesIsRefusedAndNamed() async throws {
        try await StorageFixture.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan("one"))
            let base = try fixture.base()
            try HostFiles.remove(base)
            try await StorageFixture.run("qemu-img", "create", "-q", "-f", "qcow2", base.string, "32M")
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.storage.prepare(fixture.plan("two"))
            }
            #expect(error?.message.contains(fixture.identity("one").rootVolume) == true)
            #expect(try !fixture.volumes().contains(fixture.identity("two").rootVolume))
        }
    }

    @Test func theSameImagePlacedByAnotherUserIsRecognised() async throws {
        try await StorageFixture.with { fixture in
            _ = try await fixture.storage("other").prepare(fixture.plan("one"))
            // this user has the same box in a store of its own
            let copy = fixture.directory.path.appending("copy.qcow2")
            try await StorageFixture.run("cp", fixture.box.layers[0].string, copy.string)
            let box = BoxImage(
                name: "box", digest: fixture.box.digest, format: .qcow2, layers: [copy], user: fixture.box.user)
            let files = try await fixture.storage.prepare(DiskPlan(identity: fixture.identity("two"), box: box))
            #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
            #expect(try fixture.bases().count == 1)
        }
    }

    @Test func anImageOnAnotherFileSystemIsCopiedWithItsHoles() async throws {
        try await StorageFixture.with { fixture in
            try await fixture.withOwnFileSystem(megabytes: 64) {
                let files = try await fixture.storage.prepare(fixture.plan("one"))
                let (store, base) = (FileFacts(fixture.box.layers[0]), try #require(FileFacts(try fixture.base())))
                #expect(base.device != store?.device)
                #expect(base.mode == 0o444)
                #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
                // it is trusted from now on for a note
                _ = try await fixture.storage.prepare(fixture.plan("two"))
                #expect(try FileFacts(fixture.base())?.inode == base.inode)
            }
        }
    }

    @Test func aCopyThatWasEndedIsMadeAgain() async throws {
        try await StorageFixture.with { fixture in
            try await fixture.withOwnFileSystem(megabytes: 64) {
                let part = FilePath(try fixture.base().string + ".part")
                try AtomicFile.write([UInt8](repeating: 1, count: 1000), to: part, durable: false)
                _ = try await fixture.storage.prepare(fixture.plan())
                #expect(!HostFiles.exists(part))
            }
        }
    }

    @Test func whatIsLeftOfACopyGoesWithTheLastMachine() async throws {
        try await StorageFixture.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan())
            let part = fixture.poolDirectory.appending("devenv-base-0123.qcow2.part")
            try AtomicFile.write([1, 2, 3], to: part, durable: false)
            try await fixture.storage.remove(fixture.identity())
            #expect(!HostFiles.exists(part))
        }
    }

    @Test func aBaseWithoutItsNoteIsMadeAgainWhereNobodyUsesIt() async throws {
        try await StorageFixture.with { fixture in
            try await fixture.withOwnFileSystem(megabytes: 64) {
                let files = try await fixture.storage.prepare(fixture.plan("one"))
                try HostFiles.remove(files.disk)
                // the daemon forgets a volume whose file is gone when it looks
                try await fixture.connection.refresh(pool: fixture.pool.name)
                try HostFiles.remove(fixture.directories.data.pushing("libvirt/bases"))
                let before = FileFacts(try fixture.base())
                _ = try await fixture.storage.prepare(fixture.plan("two"))
                #expect(try FileFacts(fixture.base())?.inode != before?.inode)
            }
        }
    }

    @Test func aBaseThatWentMissingIsPutBack() async throws {
        try await StorageFixture.with { fixture in
            let files = try await fixture.storage.prepare(fixture.plan())
            try HostFiles.remove(try fixture.base())
            let recorded = RecordedMachine(identity: fixture.identity())
            let missing = try await fixture.storage.missing(for: [recorded])
            #expect(missing[fixture.identity().machine]?.replaceable == [try BaseImage(fixture.box).volume])
            _ = try await fixture.storage.prepare(fixture.plan())
            #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
            #expect(try await fixture.storage.missing(for: [recorded]).isEmpty)
        }
    }

    @Test func aBoxThatShowsOtherFilesOfTheHostIsRefused() async throws {
        try await StorageFixture.with { fixture in
            let file = fixture.directory.path.appending("sly.qcow2")
            try await StorageFixture.run(
                "qemu-img", "create", "-q", "-f", "qcow2", "-b", "/etc/shadow", "-F", "raw", file.string)
            let box = BoxImage(name: "sly", digest: "sha256:00", format: .qcow2, layers: [file], user: "dev")
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.storage.prepare(DiskPlan(identity: fixture.identity(), box: box))
            }
            #expect(error?.code == .invalidRequest)
        }
    }
}

/// What a file is beside its content.
struct FileFacts: Hashable {
    let device: dev_t
    let inode: ino_t
    let links: nlink_t
    let mode: mode_t
    let owner: uid_t

    init?(_ path: FilePath) {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { return nil }
        (device, inode, links) = (status.st_dev, status.st_ino, status.st_nlink)
        (mode, owner) = (status.st_mode & 0o7777, status.st_uid)
    }
}

extension StorageFixture {
    /// Runs the body with the pool's directory on a file system of its own, where files of the store can't be linked to.
    func withOwnFileSystem(megabytes: Int, _ body: () async throws -> Void) async throws {
        try HostFiles.makeDirectory(poolDirectory)
        try await Self.run(
            "mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=711", "tmpfs", poolDirectory.string)
        do { try await body() } catch {
            try? await leaveFileSystem()  // the body's own failure is the one to report
            throw error
        }
        try await leaveFileSystem()
    }

    private func leaveFileSystem() async throws {
        try await removeAll()
        if try await connection.pool(pool.name)?.isActive == true { try await connection.destroy(pool: pool.name) }
        try await Self.run("umount", poolDirectory.string)
    }
}
