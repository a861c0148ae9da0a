import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import DevenvBoxes

@Suite(.requires(tool: "qemu-img")) struct DiskTests {
    @Test func aDiskImageIsKnownByItsBytes() async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        let record = try await fixture.store.add(disk, name: "test/disk", version: "12.11")

        #expect(record.format == .qcow2)
        #expect(record.digest == "sha256:" + SHA256.hexadecimal(of: try #require(try HostFiles.read(disk))))
        #expect(record.image.virtualSize == ByteCount(bytes: 64 << 20))
        #expect(record.user == "dev")
        #expect(try await fixture.store.isIntact("test/disk"))
        #expect(try fixture.staging().isEmpty)

        let image = try fixture.store.resolve(
            .named("test/disk", constraint: VersionConstraint(parsing: "~> 12.0")), base: "/", formats: [.qcow2])
        #expect(image.format == .qcow2)
        #expect(image.introduction == .provided)
        let file = try #require(image.layers.first)
        #expect(try HostFiles.read(file) == HostFiles.read(disk))
        #expect(try fixture.mode(of: file) == 0o444)
    }

    @Test(.requiresRoot) func aNameStandsForOneImageOfEachFormat() async throws {
        let fixture = try BoxStoreFixture()
        let tree = try await fixture.store.add(try fixture.makeTree(), name: "debian/12")
        let missing = #expect(throws: BoxError.self) {
            try fixture.store.resolve(.named("debian/12", constraint: nil), base: "/", formats: [.qcow2])
        }
        #expect(missing?.code == .missing)
        #expect(missing?.description.contains("'devenv box build debian/12 --provider libvirt'") == true)

        let disk = try await fixture.store.add(try await fixture.makeDisk(), name: "debian/12")
        for (formats, digest) in [([BoxImage.Format.qcow2], disk.digest), ([.directories, .qcow2], tree.digest)] {
            let image = try fixture.store.resolve(.named("debian/12", constraint: nil), base: "/", formats: formats)
            #expect(image.digest == digest)
        }
        #expect(try fixture.store.list().map(\.format) == [.directories, .qcow2])
    }

    @Test func whatWasTakenOverIsMoved() async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        let record = try await fixture.store.add(disk, name: "copied")
        let naming = BoxStore.Naming(name: "moved", architecture: "amd64", source: "a build")
        let store = fixture.store
        let moved = try await store.withStaging("testing") { staging throws(BoxError) in
            let own = staging.appending("built.qcow2")
            try BoxError.wrap { () throws(HostError) in try HostFiles.rename(disk, to: own) }
            return try await store.publish(try await store.prepare(disk: own, naming, in: staging))
        }
        #expect(moved.digest == record.digest)
        #expect(moved.architecture == "amd64")
        #expect(!HostFiles.exists(disk))
        #expect(try fixture.images().count == 1)
    }

    @Test func holesStayHoles() async throws {
        let fixture = try BoxStoreFixture()
        let disk = fixture.root.appending("sparse.qcow2")
        try await fixture.run(
            "qemu-img", ["create", "-q", "-f", "qcow2", "-o", "preallocation=metadata", disk.string, "1G"])
        let record = try await fixture.store.add(disk, name: "sparse")
        let file = try #require(try fixture.store.image(withDigest: record.digest, name: "sparse").layers.first)
        var status = stat()
        try fixture.check(stat(file.string, &status))
        #expect(status.st_size > 1 << 30)
        #expect(status.st_blocks * 512 < 1 << 20)
        #expect(try await fixture.store.isIntact("sparse"))
    }

    /// The file is digested while it is written; where it ends with zeros, its end comes into being last of all.
    @Test func whatIsDigestedIsTheWholeFile() async throws {
        let fixture = try BoxStoreFixture()
        let intake = DiskIntake(
            store: fixture.store, target: fixture.root.appending("target"), attempt: "testing")
        let pieces = [[UInt8](repeating: 7, count: 100_000), [UInt8](repeating: 0, count: 200_000)]
        let expected = SHA256.hexadecimal(of: pieces.flatMap { $0 })
        for _ in 0..<50 {
            let digest = try await intake.receive { sink throws(BoxError) in
                for piece in pieces {
                    try BoxError.wrap { () throws(HostError) in try sink.write(piece) }
                    await Task.yield()
                }
            }
            #expect(digest.hexadecimal == expected)
            #expect(try HostFiles.size(of: intake.target) == 300_000)
            try HostFiles.remove(intake.target)
        }
    }

    /// The kernel copies only between files of one file system, or of one kind.
    @Test(.requiresRoot, arguments: ["tmpfs", "ramfs"])
    func anImageOnAnotherFileSystemIsCopiedToo(kind: String) async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeNoise()
        let elsewhere = fixture.root.appending("elsewhere")
        try HostFiles.makeDirectory(elsewhere)
        try fixture.check(mount(kind, elsewhere.string, kind, 0, nil))
        defer { umount2(elsewhere.string, Int32(MNT_DETACH)) }
        try await fixture.run("cp", [disk.string, elsewhere.appending("disk").string])
        let record = try await fixture.store.add(elsewhere.appending("disk"), name: "test")
        #expect(record.digest == "sha256:" + SHA256.hexadecimal(of: try #require(try HostFiles.read(disk))))
        #expect(try await fixture.store.isIntact("test"))
    }

    /// QEMU runs as a user of its own, which has to get to the image and nowhere else.
    @Test func theWayToADiskImageIsOpenAndTheKeyIsNot() async throws {
        let fixture = try BoxStoreFixture()
        let key = try await fixture.makeKey()
        let disk = try await fixture.makeDisk()
        _ = try await fixture.store.add(
            disk, as: .init(name: "test", user: "admin", loginKey: try LoginKey(reading: key), source: "test"))
        let image = try fixture.store.resolve(.named("test", constraint: nil), base: "/", formats: [.qcow2])
        #expect(image.user == "admin")
        guard case .knownKey(let kept) = image.introduction else {
            Issue.record("\(image.introduction)")
            return
        }
        #expect(try HostFiles.read(kept) == HostFiles.read(key))
        #expect(try fixture.mode(of: kept) == 0o600)
        #expect(try fixture.mode(of: kept.removingLastComponent()) == 0o700)
        let directory = try #require(image.layers.first).removingLastComponent()
        for path in [directory, directory.removingLastComponent()] { #expect(try fixture.mode(of: path) == 0o711) }
        #expect(try fixture.mode(of: fixture.directories.boxes.appending("staging")) == 0o700)
    }

    @Test func oneImageMayLetInDifferentKeysUnderDifferentNames() async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        let key = try LoginKey(reading: try await fixture.makeKey())
        _ = try await fixture.store.add(disk, name: "plain")
        _ = try await fixture.store.add(disk, as: .init(name: "keyed", user: "admin", loginKey: key, source: "test"))
        #expect(try fixture.images().count == 1)
        let images = try ["plain", "keyed"].map {
            try fixture.store.resolve(.named($0, constraint: nil), base: "/", formats: [.qcow2])
        }
        #expect(images[0].introduction == .provided)
        guard case .knownKey(let kept) = images[1].introduction else {
            Issue.record("\(images[1].introduction)")
            return
        }
        #expect(try HostFiles.read(kept) == key.text)
    }

    @Test(arguments: [
        ("ssh-ed25519 AAAA someone\n", "no private key"),
        ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", "passphrase"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII\n", "passphrase"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0\n", "passphrase"),
        ("", "no private key"),
    ])
    func aKeyThatNobodyCanUseIsRefused(text: String, complaint: String) throws {
        let fixture = try BoxStoreFixture()
        let path = fixture.root.appending("key")
        try fixture.write(text, to: path)
        let error = #expect(throws: BoxError.self) { try LoginKey(reading: path) }
        #expect(error?.code == .invalid)
        #expect(error?.description.contains(complaint) == true)
    }

    @Test func aKeyWithoutAUserIsRefused() async throws {
        let fixture = try BoxStoreFixture()
        let naming = BoxStore.Naming(
            name: "test", loginKey: try LoginKey(reading: try await fixture.makeKey()), source: "test")
        let disk = try await fixture.makeDisk()
        let store = fixture.store
        let error = await #expect(throws: BoxError.self) { try await store.add(disk, as: naming) }
        #expect(error?.description.contains("--user") == true)
        #expect(try fixture.images().isEmpty)
    }

    @Test func aTakenNameIsReplacedOnlyWhenToldSo() async throws {
        let fixture = try BoxStoreFixture()
        let first = try await fixture.store.add(try await fixture.makeDisk(), name: "test")
        let other = try await fixture.makeDisk(named: "other.qcow2", content: 9)
        let store = fixture.store
        let error = await #expect(throws: BoxError.self) { try await store.add(other, name: "test") }
        #expect(error?.code == .taken)
        #expect(error?.description.contains("another disk image") == true)
        let second = try await fixture.store.add(other, name: "test", replacing: true)
        #expect(first.digest != second.digest)
        #expect(try fixture.store.list().map(\.digest) == [second.digest])
        #expect(try fixture.images().count == 1)
    }

    @Test func manyAtOnceShareOneImage() async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        let store = fixture.store
        let digests = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<8 { group.addTask { try await store.add(disk, name: "test-\(number)").digest } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(digests.count == 1)
        #expect(try fixture.images().count == 1)
        #expect(try fixture.store.list().count == 8)
        #expect(try fixture.staging().isEmpty)
    }

    @Test func verifyNoticesAnImageThatChangedOrIsGone() async throws {
        let fixture = try BoxStoreFixture()
        let record = try await fixture.store.add(try await fixture.makeDisk(), name: "test")
        let file = try #require(try fixture.store.image(withDigest: record.digest, name: "test").layers.first)
        let bytes = try HostFiles.read(file) ?? []
        try HostFiles.remove(file)
        #expect(try await fixture.differences(of: "test") == ["missing: disk.qcow2"])
        try AtomicFile.write(bytes.dropLast() + [bytes[bytes.count - 1] ^ 1], to: file, durable: false)
        #expect(try await fixture.differences(of: "test") == ["changed: disk.qcow2 (content)"])
    }

    @Test func withoutQEMUTheCommandThatInstallsItIsNamed() async throws {
        let fixture = try BoxStoreFixture(runner: RunnerWithout(tool: "qemu-img"))
        let disk = try await fixture.makeDisk()
        let store = fixture.store
        let error = await #expect(throws: BoxError.self) { try await store.add(disk, name: "test") }
        #expect(error?.code == .toolMissing)
        #expect(error?.description.contains("apt-get install qemu-utils") == true)
        #expect(try fixture.staging().isEmpty)
    }
}
