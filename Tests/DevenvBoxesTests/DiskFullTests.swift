import DevenvBoxes
import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@Suite(.requiresRoot) struct DiskFullTests {
    @Test(arguments: ["directory", "archive"])
    func aFullDiskIsNamedAndNothingIsLeft(kind: String) async throws {
        let fixture = try BoxStoreFixture()
        let tree = try fixture.makeTree()
        try AtomicFile.write([UInt8](repeating: 7, count: 8 << 20), to: tree.appending("large"), durable: false)
        let archive = fixture.root.appending("tree.tar")
        try await fixture.run("tar", ["-C", tree.string, "-cf", archive.string, "."])
        try HostFiles.makeDirectory(fixture.directories.data)
        try fixture.check(mount("tmpfs", fixture.directories.data.string, "tmpfs", 0, "size=4m"))
        defer { umount2(fixture.directories.data.string, Int32(MNT_DETACH)) }

        let error = await #expect(throws: BoxError.self) {
            try await fixture.store.add(kind == "archive" ? archive : tree, name: "test")
        }
        #expect(error?.code == .diskFull)
        #expect(error?.description.contains("no space left") == true)
        #expect(try fixture.images().isEmpty)
        #expect(try fixture.staging().isEmpty)
        #expect(try fixture.store.list().isEmpty)
    }

    @Test(.requires(tool: "qemu-img"), arguments: ["image", "box"])
    func aFullDiskLeavesNothingOfADiskImage(kind: String) async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeNoise()
        let box = try await fixture.makeVagrantBox(
            ["metadata.json": #"{"provider": "libvirt"}"#], disks: ["box.img": disk])
        try HostFiles.makeDirectory(fixture.directories.data)
        try fixture.check(mount("tmpfs", fixture.directories.data.string, "tmpfs", 0, "size=1m"))
        defer { umount2(fixture.directories.data.string, Int32(MNT_DETACH)) }

        let store = fixture.store
        let error = await #expect(throws: BoxError.self) {
            try await store.add(kind == "box" ? box : disk, name: "test")
        }
        #expect(error?.code == .diskFull, "\(error?.description ?? "")")
        #expect(try fixture.images().isEmpty)
        #expect(try fixture.staging().isEmpty)
        #expect(try fixture.store.list().isEmpty)
    }
}
