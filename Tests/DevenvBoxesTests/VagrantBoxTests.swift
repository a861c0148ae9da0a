import DevenvBoxes
import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@Suite(.requires(tool: "qemu-img", "tar", "gzip", "xz", "zstd")) struct VagrantBoxTests {
    private static let metadata = #"{"provider": "libvirt", "format": "qcow2", "virtual_size": 1}"#
    /// What would leave a trace if it were run.
    private static let vagrantfile = "File.write('/tmp/devenv-ran-a-vagrantfile', '')\n"

    @Test(
        arguments: [".tar", ".tar.gz", ".tar.xz", ".tar.zst"],
        [[], ["--format=gnu", "--sparse"], ["--format=posix", "--sparse"]])
    func aBoxIsItsDiskImage(suffix: String, options: [String]) async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        let box = try await fixture.makeVagrantBox(
            named: "box" + suffix, ["metadata.json": Self.metadata, "Vagrantfile": Self.vagrantfile],
            disks: ["box.img": disk], options)
        let renamed = fixture.root.appending("a:-b.box")  // names say nothing about the content
        try HostFiles.rename(box, to: renamed)
        let record = try await fixture.store.add(renamed, name: "generic/debian")

        #expect(record.digest == "sha256:" + SHA256.hexadecimal(of: try HostFiles.read(disk) ?? []))
        #expect(record.user == "vagrant")
        #expect(record.hasKnownKey)
        #expect(try await fixture.store.isIntact("generic/debian"))
        #expect(try fixture.staging().isEmpty)
        #expect(!HostFiles.exists("/tmp/devenv-ran-a-vagrantfile"))
    }

    @Test func theKeyOfVagrantsBoxesLiesBesideTheImage() async throws {
        let fixture = try BoxStoreFixture()
        let box = try await fixture.makeVagrantBox(
            ["metadata.json": Self.metadata], disks: ["box.img": try await fixture.makeDisk()])
        _ = try await fixture.store.add(box, name: "generic/debian")
        let image = try fixture.store.resolve(
            .named("generic/debian", constraint: nil), base: "/", formats: [.qcow2])
        guard case .knownKey(let key) = image.introduction else {
            Issue.record("\(image.introduction)")
            return
        }
        #expect(try fixture.mode(of: key) == 0o600)
        let outcome = try await SystemToolRunner().run(
            ToolInvocation("ssh-keygen", ["-y", "-P", "", "-f", key.string]))
        // the public half, as in every box (keys/vagrant.pub in Vagrant's sources)
        #expect(
            outcome.text.hasPrefix("ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7"))
        #expect(try fixture.store.image(withDigest: image.digest, name: "generic/debian") == image)
    }

    @Test func theSecondFormOfMetadataNamesItsDisk() async throws {
        let fixture = try BoxStoreFixture()
        let metadata = """
            {"provider": "libvirt", "format": "qcow2", "architecture": "arm64",
             "disks": [{"name": "root", "path": "z/root.img", "format": "qcow2"}]}
            """
        let disk = try await fixture.makeDisk()
        // the metadata come first, and so an image that they don't speak of is passed over
        let box = try await fixture.makeVagrantBox(
            ["metadata.json": metadata, "include/_Vagrantfile": ""],
            disks: ["other.img": try await fixture.makeNoise(), "z/root.img": disk])
        let record = try await fixture.store.add(box, name: "v2")
        #expect(record.architecture == "arm64")
        #expect(record.digest == "sha256:" + SHA256.hexadecimal(of: try HostFiles.read(disk) ?? []))
    }

    @Test(arguments: [
        Refusal("another provider", #"{"provider": "hyperv"}"#, says: "for the provider 'hyperv'"),
        Refusal("a provider without its files", #"{"provider": "virtualbox"}"#, says: "without a 'box.ovf'"),
        Refusal("no provider", #"{"format": "qcow2"}"#, says: "no metadata.json of a Vagrant box"),
        Refusal("no JSON", "provider: libvirt", says: "no metadata.json of a Vagrant box"),
        Refusal("another format", #"{"provider": "libvirt", "format": "vmdk"}"#, says: "in the format 'vmdk'"),
        Refusal(
            "another disk", #"{"provider": "libvirt", "disks": [{"path": "absent.img"}]}"#,
            says: "'absent.img' of the Vagrant box is not in it"),
        Refusal(
            "a disk outside", #"{"provider": "libvirt", "disks": [{"path": "../../etc/shadow"}]}"#,
            says: "'../../etc/shadow' of the Vagrant box is not in it"),
        Refusal(
            "two disks", #"{"provider": "libvirt", "disks": [{"path": "box.img"}, {"path": "data.img"}]}"#,
            says: "'data.img' of the Vagrant box is not in it"),
        Refusal(
            "one disk twice", #"{"provider": "libvirt", "disks": [{"path": "box.img"}, {"path": "./box.img"}]}"#,
            says: "is in it twice"),
    ])
    func whatIsNoBoxForLibvirtIsRefused(refusal: Refusal) async throws {
        let fixture = try BoxStoreFixture()
        let box = try await fixture.makeVagrantBox(
            ["metadata.json": refusal.metadata], disks: ["box.img": try await fixture.makeDisk()])
        try await fixture.expectRefusal(of: box, says: refusal.complaint)
    }

    @Test func theNamedImageIsTakenWhereTheMetadataComeLast() async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        let box = try await fixture.makeVagrantBox(
            ["metadata.json": Self.metadata], disks: ["a.img": try await fixture.makeNoise(), "box.img": disk])
        let record = try await fixture.store.add(box, name: "test")
        #expect(record.digest == "sha256:" + SHA256.hexadecimal(of: try HostFiles.read(disk) ?? []))
    }

    @Test func aLinkIsNoDiskImage() async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        let directory = fixture.root.appending("links")
        try HostFiles.makeDirectory(directory)
        try fixture.write(Self.metadata, to: directory.appending("metadata.json"))
        try fixture.check(symlink(disk.string, directory.appending("box.img").string))
        try fixture.check(mkfifo(directory.appending("pipe").string, 0o600))
        let box = fixture.root.appending("links.box")
        try await fixture.run("tar", ["-C", directory.string, "-czf", box.string, "."])
        try await fixture.expectRefusal(of: box, says: "which no Vagrant box needs")
    }

    /// Names lead nowhere: nothing is ever extracted by the name that it has in an archive.
    @Test func namesThatLeadElsewhereLeadNowhere() async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        let box = fixture.root.appending("evil.box")
        let metadata = fixture.root.appending("metadata.json")
        try fixture.write(Self.metadata, to: metadata)
        try await fixture.run(
            "tar",
            [
                "-P", "--transform=s,^.*metadata.json$,metadata.json,",
                "--transform=s,^.*disk.qcow2$,../../../../../..\(fixture.root)/stolen,", "-czf", box.string,
                metadata.string, disk.string,
            ])
        try await fixture.expectRefusal(of: box, says: "leads out of it")
        #expect(!HostFiles.exists(fixture.root.appending("stolen")))
    }

    @Test(arguments: ["gnu", "posix"])
    func aDiskThatClaimsToBeImmenselyLongIsRefused(format: String) async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        try await fixture.run("truncate", ["--size=2T", disk.string])
        let box = fixture.root.appending("bomb.box")
        try await fixture.run(
            "tar",
            [
                "--format=\(format)", "--sparse", "-C", fixture.root.string, "--transform=s,disk.qcow2,box.img,",
                "-czf",
                box.string, "disk.qcow2",
            ])
        #expect(try HostFiles.size(of: box) < 1 << 20)
        try await fixture.expectRefusal(of: box, says: "longer than 1 TiB")
    }

    @Test(arguments: ["box.tar.gz", "box.tar.xz", "box.tar.zst", "box.tar"])
    func aBoxThatIsCutOffIsRefused(name: String) async throws {
        let fixture = try BoxStoreFixture()
        let box = try await fixture.makeVagrantBox(
            named: name, ["metadata.json": Self.metadata], disks: ["box.img": try await fixture.makeNoise()])
        try await fixture.run("truncate", ["--size=-100K", box.string])
        try await fixture.expectRefusal(of: box, says: "completely")
    }

    @Test func aBoxWithFlippedBitsIsRefused() async throws {
        let fixture = try BoxStoreFixture()
        let box = try await fixture.makeVagrantBox(
            named: "box.tar.gz", ["metadata.json": Self.metadata], disks: ["box.img": try await fixture.makeNoise()])
        var bytes = try HostFiles.read(box) ?? []
        bytes[bytes.count / 2] ^= 0xff
        try AtomicFile.write(bytes, to: box, durable: false)
        try await fixture.expectRefusal(of: box, says: "can't unpack it")
    }

    @Test(.requiresRoot) func aTreeWithSuchFilesIsATree() async throws {
        let fixture = try BoxStoreFixture()
        let tree = try fixture.makeTree()
        try fixture.write(#"{"name": "a tree of its own"}"#, to: tree.appending("metadata.json"))
        try await fixture.run("cp", [try await fixture.makeDisk().string, tree.appending("a-disk.img").string])
        let archive = fixture.root.appending("tree.tar.gz")
        try await fixture.run("tar", ["--sort=name", "-C", tree.string, "-czf", archive.string, "."])
        let record = try await fixture.store.add(archive, name: "test")
        #expect(record.format == .directories)
        #expect(try await fixture.store.add(tree, name: "direct").digest == record.digest)
    }

    /// Metadata, and what is said of a box with them.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let metadata: String
        let complaint: String

        init(_ name: String, _ metadata: String, says complaint: String) {
            testDescription = name
            self.metadata = metadata
            self.complaint = complaint
        }
    }
}
