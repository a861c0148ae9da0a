import DevenvBoxes
import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

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
            .named("test/disk", constraint: "~> 12.0"), base: "/", formats: [.qcow2])
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
}
