import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// What libvirt's own schemas say about the descriptions.
@Suite(.requires(tool: "xmllint"))
struct SchemaTests {
    @Test(arguments: HostAbilities.Virtualization.allCases, [HostAbilities.Scope.system, .session])
    func aPlainMachineIsValid(virtualization: HostAbilities.Virtualization, scope: HostAbilities.Scope) async throws {
        let domain = DomainDescription(
            request: Sample.request(), options: LibvirtOptions(),
            host: HostAbilities(virtualization: virtualization, scope: scope), files: Sample.files)
        try await expectValid(domain.xml, "domain")
    }

    @Test func networksVolumesPoolsAndSnapshotsAreValid() async throws {
        let interface = Sample.interface()
        let network = NetworkDescription(
            ProjectNetwork(.standard, of: Sample.identity), subnet: interface.subnet,
            leases: [FixedLease(name: Sample.identity.name, mac: interface.mac, address: interface.address)],
            names: Sample.request().hosts)
        try await expectValid(network.xml, "network")
        let size = ByteCount(bytes: 10 << 30)
        for volume in [
            VolumeDescription.overlay("a.qcow2", of: "/pool/base.qcow2", capacity: size),
            .blank("b.qcow2", capacity: size), .base("c.qcow2", capacity: size), .raw("d.iso", length: size),
        ] {
            try await expectValid(volume.xml, "storagevol")
        }
        try await expectValid(PoolDescription(name: "devenv", directory: "/pool").xml, "storagepool")
        let name = try #require(SnapshotName(rawValue: "before"))
        let places: [SnapshotDescription.Place] = [.left, .internal, .file("/pool/s.qcow2")]
        for place in places {
            let snapshot = SnapshotDescription(name, memory: place, disks: [.init("vda", place)])
            try await expectValid(snapshot.xml, "domainsnapshot")
        }
    }

    private func expectValid(_ element: XMLElement, _ schema: String) async throws {
        try await TemporaryDirectory.with { directory in
            let file = try directory.write(element.description, to: "document.xml")
            let call = ToolInvocation(
                "xmllint", ["--noout", "--relaxng", "/usr/share/libvirt/schemas/\(schema).rng", file.string])
            let outcome = try await SystemToolRunner().run(call)
            #expect(outcome.status == 0, "\(outcome.complaint)\n\(element)")
        }
    }
}
