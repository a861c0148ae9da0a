import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import DevenvBoxes

/// Images that lean on what is not theirs, or are not what they say.
@Suite(.requires(tool: "qemu-img")) struct HostileDiskTests {
    @Test func anOverlayOfAFileOfTheHostIsRefused() async throws {
        let fixture = try BoxStoreFixture()
        let image = fixture.root.appending("overlay.qcow2")
        try await fixture.run(
            "qemu-img", ["create", "-q", "-f", "qcow2", "-b", "/etc/shadow", "-F", "raw", "-u", image.string, "1M"])
        try await fixture.expectRefusal(of: image, says: "upon another image, '/etc/shadow'")
    }

    @Test func anImageInAnotherFileIsRefused() async throws {
        let fixture = try BoxStoreFixture()
        let image = fixture.root.appending("split.qcow2")
        let data = fixture.root.appending("content")
        try await fixture.run(
            "qemu-img",
            ["create", "-q", "-f", "qcow2", "-o", "data_file=\(data),data_file_raw=on", image.string, "1M"])
        try await fixture.expectRefusal(of: image, says: "in another file")
    }

    @Test func anEncryptedImageIsRefused() async throws {
        let fixture = try BoxStoreFixture()
        let image = fixture.root.appending("secret.qcow2")
        try await fixture.run(
            "qemu-img",
            [
                "create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=x", "-o",
                "encrypt.format=aes,encrypt.key-secret=s", image.string, "1M",
            ])
        try await fixture.expectRefusal(of: image, says: "encrypted")
    }

    @Test(arguments: ["--size=1M", "--size=200", "--size=20"])
    func anImageThatIsCutOffIsRefused(size: String) async throws {
        let fixture = try BoxStoreFixture()
        let image = try await fixture.makeDisk()
        try await fixture.run("truncate", [size, image.string])
        try await fixture.expectRefusal(of: image, says: "completely")
    }

    /// What no machine has memory for is refused by QEMU before it asks for any.
    @Test(arguments: [(36, 4), (56, 4), (60, 4), (40, 8), (48, 8)])
    func tablesThatClaimToBeImmenseAreRefused(offset: Int, count: Int) async throws {
        let fixture = try BoxStoreFixture()
        let image = try await fixture.makeDisk()
        var bytes = try HostFiles.read(image) ?? []
        bytes.replaceSubrange(offset..<(offset + count), with: [0x7f] + [UInt8](repeating: 0xff, count: count - 1))
        try AtomicFile.write(bytes, to: image, durable: false)
        try await fixture.expectRefusal(of: image, says: "image")
    }

    @Test func anImmenseDiskIsTakenAndItsSizeTold() async throws {
        let fixture = try BoxStoreFixture()
        let image = fixture.root.appending("immense.qcow2")
        try await fixture.run("qemu-img", ["create", "-q", "-f", "qcow2", image.string, "10T"])
        let record = try await fixture.store.add(image, name: "immense")
        #expect(record.image.virtualSize == ByteCount(bytes: 10 << 40))
        #expect(record.image.bytes < 1 << 20)
    }

    @Test(
        arguments: [
            ("vmdk", "in the format VMDK"), ("vdi", "in the format VDI"), ("vhdx", "in the format VHDX"),
            ("qed", "in the format QED"), ("raw", "neither a tar archive nor a disk image"),
        ])
    func anotherFormatIsNamed(format: String, complaint: String) async throws {
        let fixture = try BoxStoreFixture()
        let image = fixture.root.appending("image")
        try await fixture.run("qemu-img", ["create", "-q", "-f", format, image.string, "8M"])
        try await fixture.expectRefusal(of: image, says: complaint)
    }

    @Test(
        arguments: [
            (510, [UInt8(0x55), 0xaa], "in the format raw"), (0x8001, Array("CD001".utf8), "a CD-ROM"),
            (0, Array("version https://git-lfs.github.com/spec/v1\n".utf8), "a pointer of Git LFS"),
        ])
    func whatElseLiesInTheImagesPlaceIsNamed(offset: Int, magic: [UInt8], complaint: String) async throws {
        let fixture = try BoxStoreFixture()
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        bytes.replaceSubrange(offset..<(offset + magic.count), with: magic)
        let image = fixture.root.appending("image")
        try AtomicFile.write(bytes, to: image, durable: false)
        try await fixture.expectRefusal(of: image, says: complaint)
    }

    @Test func aPipeIsRefusedWithoutWaitingForIt() async throws {
        let fixture = try BoxStoreFixture()
        let pipe = fixture.root.appending("pipe")
        try fixture.check(mkfifo(pipe.string, 0o600))
        try await fixture.expectRefusal(of: pipe, says: "neither a file nor a directory")
    }

    /// QEMU locks bytes of an image as long as it may write to it.
    @Test(.requires(tool: "qemu-io")) func anImageThatIsBeingWrittenToIsRefused() async throws {
        let fixture = try BoxStoreFixture()
        let image = try await fixture.makeDisk()
        let call = ToolInvocation(
            "qemu-io", ["-f", "qcow2", "-c", "sleep 600000", image.string], timeout: .seconds(300))
        async let _ = SystemToolRunner().run(call)  // ended when this function ends
        try await eventually("QEMU has opened the image", within: .seconds(60)) {
            do throws(BoxError) { try DiskIntake.checkAtRest(image, "testing") } catch { return true }
            return false
        }
        try await fixture.expectRefusal(of: image, says: "a virtual machine is writing to it")
    }
}
