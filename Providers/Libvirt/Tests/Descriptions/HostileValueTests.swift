import DevenvModel
import DevenvPluginAPI
import LibvirtProvider
import SystemPackage
import Testing

/// Values that look like markup stay values.
@Suite struct HostileValueTests {
    private static let hostile = "/a'/><x y=\"&lt;\">\n]]>\u{2028}é"

    @Test func pathsAndArgumentsOfDomains() throws {
        var options = LibvirtOptions()
        options.kernel = DirectKernel(kernel: FilePath(Self.hostile), arguments: Self.hostile)
        options.emulatorArguments = [Self.hostile]
        options.discs = [FilePath(Self.hostile)]
        let files = DomainFiles(
            disk: FilePath(Self.hostile), bases: [FilePath(Self.hostile)], console: FilePath(Self.hostile))
        let domain = DomainDescription(
            request: Sample.request(), options: options, host: Sample.kvm, files: files)
        let read = try XMLParser.parse(domain.xml.description)
        #expect(read["os", "kernel"]?.text == Self.hostile && read["os", "cmdline"]?.text == Self.hostile)
        #expect(read["qemu:commandline", "qemu:arg"]?[attribute: "value"] == Self.hostile)
        #expect(read["devices", "disk", "source"]?[attribute: "file"] == Self.hostile)
        #expect(read["devices", "disk", "backingStore", "source"]?[attribute: "file"] == Self.hostile)
        #expect(read["devices", "serial", "log"]?[attribute: "file"] == Self.hostile)
        #expect(read == (try domain.xml))
    }

    @Test func pathsOfVolumesAndPools() throws {
        let size = ByteCount(bytes: 1 << 30)
        let volume = VolumeDescription.overlay(Self.hostile, of: FilePath(Self.hostile), capacity: size)
        let read = try XMLParser.parse(volume.xml.description)
        #expect(read["name"]?.text == Self.hostile && read["backingStore", "path"]?.text == Self.hostile)
        let pool = try XMLParser.parse(PoolDescription(name: "p", directory: FilePath(Self.hostile)).xml.description)
        #expect(pool["target", "path"]?.text == Self.hostile)
    }
}
