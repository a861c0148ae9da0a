import DevenvPluginAPI
import LibvirtProvider
import SystemPackage
import Testing

/// What a snapshot holds, from libvirt's description of a machine.
struct SnapshotPartsTests {
    private static func disk(
        _ target: String, driver: String = "qcow2", device: String = "disk", type: String = "file",
        snapshot: String? = nil, _ attributes: [XMLElement] = []
    ) -> XMLElement {
        XMLElement(
            "disk", ["type": type, "device": device, "snapshot": snapshot],
            [
                XMLElement("driver", ["name": "qemu", "type": driver]),
                XMLElement("source", [type == "file" ? "file" : "dev": "/pool/\(target)"]),
                XMLElement("target", ["dev": target]),
            ] + attributes)
    }

    private static func parts(_ disks: [XMLElement], os: XMLElement = XMLElement("os")) throws -> SnapshotParts {
        let domain = XMLElement(
            "domain", [:], [XMLElement("name", text: "shop-web"), os, XMLElement("devices", [:], disks)])
        return try SnapshotParts(domain: domain, variablesDirectory: "/nvram")
    }

    @Test func imagesAreSavedWithinThemselves() throws {
        let parts = try Self.parts([Self.disk("vda"), Self.disk("vdb")])
        #expect(parts.images == ["/pool/vda", "/pool/vdb"])
        #expect(parts.drives == [.init("vda", .internal), .init("vdb", .internal)])
        #expect(parts.suitsLibvirt)
        #expect(parts.variables == nil)
    }

    @Test func drivesThatNothingIsWrittenToAreLeftOut() throws {
        let readOnly = Self.disk("vdb", driver: "raw", [XMLElement("readonly")])
        let parts = try Self.parts([Self.disk("vda"), readOnly, Self.disk("sda", driver: "raw", device: "cdrom")])
        #expect(parts.images == ["/pool/vda"])
        #expect(parts.drives == [.init("vda", .internal), .init("vdb", .left), .init("sda", .left)])
        #expect(parts.suitsLibvirt)
    }

    @Test func filesOfSectorsAreCopied() throws {
        let parts = try Self.parts([Self.disk("vda"), Self.disk("vdb", driver: "raw")])
        #expect(parts.files == ["/pool/vdb"])
        #expect(!parts.suitsLibvirt)
    }

    @Test(
        arguments: [
            (XMLElement("os", ["firmware": "efi"]), "/nvram/shop-web_VARS.fd"),
            (
                XMLElement("os", [:], [XMLElement("nvram", ["template": "/t"], text: "/other/vars.fd")]),
                "/other/vars.fd"
            ),
            (
                XMLElement("os", [:], [XMLElement("nvram", [:], [XMLElement("source", ["file": "/new/vars.fd"])])]),
                "/new/vars.fd"
            ),
            (
                XMLElement("os", [:], [XMLElement("loader", ["type": "pflash"], text: "/code.fd")]),
                "/nvram/shop-web_VARS.fd"
            ),
        ])
    func theFirmwaresVariablesAreFound(os: XMLElement, variables: String) throws {
        let parts = try Self.parts([Self.disk("vda")], os: os)
        #expect(parts.variables?.string == variables)
        #expect(!parts.suitsLibvirt)
    }

    @Test func aDiskThatIsNoFileIsNamed() throws {
        let error = #expect(throws: ProviderError.self) {
            try Self.parts([Self.disk("vda"), Self.disk("vdb", driver: "raw", type: "block")])
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("'vdb'") == true)
    }

    @Test func aDiskThatIsToBeLeftOutIs() throws {
        let disk = Self.disk("vdb", driver: "raw", type: "block", snapshot: "no")
        #expect(try Self.parts([Self.disk("vda"), disk]).suitsLibvirt)
    }
}
