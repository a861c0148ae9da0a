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

    @Test(arguments: [
        "cpu_mode: host-model\nnested: true\ncpu_topology: {sockets: 2, cores: 2, threads: 2}",
        "cpu_model: EPYC\ncpu_features: {avx: disable, svm: force, vmx: forbid, x2apic: optional, aes: require}",
        "accelerator: tcg\ncpu_mode: maximum\nnested: false\nmachine_type: pc",
        "firmware: uefi\ntpm: 2.0", "firmware: uefi\nsecure_boot: true\ntpm: 1.2",
        "disks: [1GiB, {size: 2GiB, bus: sata}, {size: 1GiB, bus: scsi}, {size: 1GiB, bus: usb, name: stick}]",
        "disk_bus: scsi\ndisk_cache: none\ndisk_discard: false", "disk_bus: usb\ndisk_cache: directsync",
        "cdroms: [/a.iso, /b.iso]\nboot: [cdrom, network, disk]\ndisk_bus: sata\ndisk_cache: writethrough",
        "graphics: vnc", "graphics: spice\nvideo: qxl", "graphics: vnc\nvideo: none", "graphics: vnc\nvideo: ramfb",
        "kernel: /vmlinuz\ninitrd: /initrd\ncmdline: console=ttyS0 root=/dev/vda1", "kernel: /vmlinuz",
        "bridges: [br0, {bridge: br-lan.5, mac: '52:54:00:00:00:01'}]\nnic_model: rtl8139\nboot: network",
        "hugepages: true\nshared_memory: true\nguest_agent: false",
        "qemu_args: ['-device', 'ivshmem<&>']\nqemu_env: {A: \"b'c\"}",
        "xml: [{path: clock, set: {offset: localtime}}, {path: 'devices/memballoon', remove: true}]",
        "xml:\n- path: devices\n  add: <watchdog model='i6300esb' action='reset'/>",
    ])
    func whateverOptionsGiveIsValid(lines: String) async throws {
        let read = try ReadMachine.read(libvirt: lines)
        #expect(read.problems == [])
        var files = Sample.files
        files.extraDisks = read.options.disks.indices.map { FilePath("/pool/\($0).qcow2") }
        let request = Sample.request { $0.interfaces.append(Sample.interface(NetworkName(unchecked: "b"), number: 1)) }
        for host in [Sample.kvm, Sample.tcg, HostAbilities(virtualization: .qemu, scope: .session)]
        where read.options.accelerator != .tcg || host.virtualization == .qemu {
            let domain = DomainDescription(request: request, options: read.options, host: host, files: files)
            try await expectValid(domain.xml, "domain")
        }
    }

    @Test(arguments: ["aarch64", "riscv64", "ppc64le", "s390x"])
    func machinesOfOtherArchitecturesAreValid(architecture: String) async throws {
        let read = try ReadMachine.read(libvirt: "cdroms: [/a.iso]")
        let domain = DomainDescription(
            request: Sample.request(), options: read.options,
            host: HostAbilities(virtualization: .qemu, architecture: architecture), files: Sample.files)
        try await expectValid(domain.xml, "domain")
    }

    @Test(arguments: [false, true])
    func networksAreValid(isInternal: Bool) async throws {
        try await expectValid(Sample.network(isInternal: isInternal).xml, "network")
        let interface = Sample.interface()
        let empty = NetworkDescription(ProjectNetwork(.standard, of: Sample.identity), subnet: interface.subnet)
        try await expectValid(empty.xml, "network")
    }

    @Test func volumesAndPoolsAreValid() async throws {
        let size = ByteCount(bytes: 10 << 30)
        for volume in [
            VolumeDescription.overlay("a.qcow2", of: "/pool/base'<.qcow2", capacity: size),
            .blank("b.qcow2", capacity: size), .base("c.qcow2", capacity: size), .raw("d.iso", length: size),
        ] {
            try await expectValid(volume.xml, "storagevol")
        }
        try await expectValid(PoolDescription(name: "devenv", directory: "/pool").xml, "storagepool")
    }

    @Test(arguments: [SnapshotDescription.Place.left, .internal, .file("/pool/s&.qcow2")])
    func snapshotsAreValid(place: SnapshotDescription.Place) async throws {
        let name = try #require(SnapshotName(rawValue: "before"))
        let disks = [SnapshotDescription.Disk("vda", place), .init("vdb", .left)]
        try await expectValid(SnapshotDescription(name, memory: place, disks: disks).xml, "domainsnapshot")
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
