import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// A daemon whose files are out of reach: all goes over the connection.
@Suite(.requiresLibvirt, .requiresRoot, .requires(tool: "qemu-img", "qemu-io", "xorrisofs", "xorriso", "socat"))
struct RemoteStorageTests {
    @Test func theImageAndTheSeedAreSent() async throws {
        try await Self.with { fixture in
            let plan = fixture.plan { $0.seed = Sample.seed() }
            let files = try await fixture.storage.prepare(plan)
            #expect(FileFacts(try fixture.base())?.inode != FileFacts(fixture.box.layers[0])?.inode)
            #expect(try HostFiles.read(try fixture.base()) == HostFiles.read(fixture.box.layers[0]))
            #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
            let seed = try #require(files.seed)
            #expect(try await fixture.content(of: "meta-data", in: seed).contains("instance-id"))
            #expect(FileFacts(seed)?.mode == 0o600)
        }
    }

    @Test func anImageIsSentOnce() async throws {
        try await Self.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan("one"))
            let first = FileFacts(try fixture.base())
            _ = try await fixture.storage.prepare(fixture.plan("two"))
            #expect(FileFacts(try fixture.base())?.inode == first?.inode)
        }
    }

    @Test func anImageThatWasNotSentToItsEndIsSentAgain() async throws {
        try await Self.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan("one"))
            let image = try BaseImage(fixture.box).volume
            try await fixture.storage.remove(fixture.identity("one"))
            // as a kill in the middle leaves it: a volume with a part of the image, and no note of it
            try await fixture.definePool()
            try await fixture.connection.createVolume(
                in: fixture.pool.name, VolumeDescription.base(image, capacity: ByteCount(bytes: 1 << 20)).xml)
            let files = try await fixture.storage.prepare(fixture.plan("two"))
            #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
        }
    }

    @Test func anImageOfSomebodyElsesIsUsedOnceItsContentWasCompared() async throws {
        try await Self.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan("one"))
            let first = FileFacts(try fixture.base())
            try HostFiles.remove(fixture.directories.data.pushing("libvirt/bases"))
            _ = try await fixture.storage.prepare(fixture.plan("two"))
            #expect(FileFacts(try fixture.base())?.inode == first?.inode)
            let left = try HostFiles.list(fixture.directories.data.appending("libvirt"))
            #expect(left.filter { $0.hasPrefix("compared") }.isEmpty, "what came to be compared is gone")
        }
    }

    @Test func anImageWithAnotherContentIsRefusedWhileMachinesUseIt() async throws {
        try await Self.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan("one"))
            try HostFiles.remove(fixture.directories.data.pushing("libvirt/bases"))
            try await StorageFixture.run("qemu-io", "-c", "write -P 0x33 1M 64k", fixture.base().string)
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.storage.prepare(fixture.plan("two"))
            }
            #expect(error?.message.contains(fixture.identity("one").rootVolume) == true)
        }
    }

    @Test func whatIsMissingIsSeenInTheListing() async throws {
        try await Self.with { fixture in
            let plan = fixture.plan { $0.seed = Sample.seed() }
            let files = try await fixture.storage.prepare(plan)
            _ = try await fixture.storage.prepare(fixture.plan("db"))
            try HostFiles.remove(files.disk)
            try HostFiles.remove(try #require(files.seed))
            let machines = ["web", "db"].map { RecordedMachine(identity: fixture.identity($0)) }
            let missing = try await fixture.storage.missing(for: machines)
            let expected = MissingVolumes(disks: [plan.identity.rootVolume], replaceable: [plan.identity.seedVolume])
            #expect(missing == [plan.identity.machine: expected])
        }
    }

    @Test func aFullPoolIsSaidToBeFull() async throws {
        try await Self.with { fixture in
            try HostFiles.makeDirectory(fixture.poolDirectory)
            try await StorageFixture.run(
                "mount", "-t", "tmpfs", "-o", "size=512k,mode=711", "tmpfs", fixture.poolDirectory.string)
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.storage.prepare(fixture.plan())
            }
            #expect(error?.code == .diskFull, "\(String(describing: error))")
            #expect(try fixture.bases().isEmpty, "what was sent is given up")
            let fresh = try await fixture.reconnected()
            try await fresh.storage.remove(fixture.identity())
            try await fresh.connection.destroy(pool: fixture.pool.name)
            try await StorageFixture.run("umount", fixture.poolDirectory.string)
        }
    }

    private static func with(_ body: (StorageFixture) async throws -> Void) async throws {
        try await RemoteLibvirt.with { try await StorageFixture.with(uri: $0, body) }
    }
}

/// A connection that some program makes: libvirt itself takes the daemon for one of another host.
enum RemoteLibvirt {
    static func with(_ body: (String) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let script = try directory.write(
                Array("#!/bin/sh\nexec socat STDIO UNIX-CONNECT:/run/libvirt/libvirt-sock\n".utf8), to: "connect",
                mode: [.ownerReadWriteExecute])
            let uri = "qemu+ext:///system?command=\(script)"
            try await body(uri)
            try await LibvirtConnection.open(uri).close()
        }
    }
}

extension StorageFixture {
    /// Makes the pool as devenv does, with nothing in it.
    func definePool() async throws {
        try await connection.define(pool: PoolDescription(name: pool.name, directory: poolDirectory).xml)
        try await connection.build(pool: pool.name)
        try await connection.start(pool: pool.name)
    }
}
