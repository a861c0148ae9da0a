import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// What each option gives in a domain's description.
@Suite struct DomainOptionTests {
    @Test(arguments: [
        ("cpu_mode: host-model", "<cpu mode='host-model' check='partial'/>"),
        ("cpu_model: EPYC", "<model fallback='forbid'>EPYC</model>"),
        ("cpu_features: {avx: disable}", "<feature policy='disable' name='avx'/>"),
        ("cpu_topology: {cores: 2}", "<topology sockets='1' cores='2' threads='1'/>"),
        ("nested: true", "<feature policy='optional' name='vmx'/>"),
        ("nested: false", "<feature policy='disable' name='svm'/>"),
        ("machine_type: pc", "<type arch='x86_64' machine='pc'>hvm</type>"),
        ("firmware: uefi", "<os firmware='efi'>"),
        ("firmware: uefi", "<feature enabled='no' name='secure-boot'/>"),
        ("firmware: uefi\nsecure_boot: true", "<feature enabled='yes' name='enrolled-keys'/>"),
        ("firmware: uefi\nsecure_boot: true", "<loader secure='yes'/>"),
        ("firmware: uefi\nsecure_boot: true", "<smm state='on'/>"),
        ("tpm: true", "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"),
        ("tpm: 1.2", "<tpm model='tpm-tis'><backend type='emulator' version='1.2'/></tpm>"),
        ("disk_bus: sata", "<target dev='sda' bus='sata'/>"),
        ("disk_bus: scsi", "<controller type='scsi' model='virtio-scsi'/>"),
        ("disk_bus: usb", "<controller type='usb' model='qemu-xhci'/>"),
        ("disk_cache: unsafe", "cache='unsafe' discard='unmap'"),
        ("disk_discard: false", "cache='writeback' discard='ignore'"),
        ("disks: [1GiB]", "<target dev='vdb' bus='virtio'/><serial>disk-1</serial>"),
        ("cdroms: [/a.iso]", "<source file='/a.iso'/><target dev='sda' bus='sata'/><readonly/></disk>"),
        ("cdroms: [/a.iso]\nboot: [cdrom, disk]", "<target dev='sda' bus='sata'/><readonly/><boot order='1'/>"),
        ("boot: [network]", "<model type='virtio'/><boot order='1'/><alias"),
        ("graphics: vnc", "<graphics type='vnc' autoport='yes' listen='127.0.0.1'>"),
        ("graphics: vnc", "<video><model type='virtio'/></video>"),
        ("graphics: spice\nvideo: qxl", "<video><model type='qxl'/></video>"),
        ("kernel: /k\ninitrd: /i\ncmdline: a b", "<kernel>/k</kernel><initrd>/i</initrd><cmdline>a b</cmdline>"),
        ("bridges: [br0]", "<source bridge='br0'/>"),
        (
            "bridges: [{bridge: br0, mac: '52:54:00:00:00:01'}]",
            "<mac address='52:54:00:00:00:01'/><source bridge='br0'/>"
        ),
        ("nic_model: e1000e", "<model type='e1000e'/>"),
        ("hugepages: true", "<memoryBacking><hugepages/></memoryBacking>"),
        ("shared_memory: true", "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>"),
        ("qemu_args: [-s]", "<qemu:commandline><qemu:arg value='-s'/></qemu:commandline>"),
        ("qemu_env: {A: b}", "<qemu:commandline><qemu:env name='A' value='b'/></qemu:commandline>"),
        ("qemu_args: [-s]", "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"),
    ])
    func anOptionGives(lines: String, fragment: String) throws {
        let xml = try Self.flat(Self.domain(lines))
        #expect(xml.contains(fragment), "\(xml)")
        #expect(try !Self.flat(Self.domain("autostart: false")).contains(fragment))
    }

    @Test(arguments: [
        ("guest_agent: false", "org.qemu.guest_agent"), ("kernel: /k", "<boot order"), ("boot: [cdrom]", "<boot order"),
    ])
    func anOptionTakesAway(lines: String, fragment: String) throws {
        #expect(try !Self.flat(Self.domain(lines)).contains(fragment))
    }

    @Test func nestingRequiresTheFeatureThatIsKnown() throws {
        let intel = HostAbilities(virtualization: .kvm, nestingFeature: "vmx")
        #expect(try Self.flat(Self.domain("nested: true", host: intel)).contains("policy='require' name='vmx'"))
        #expect(try Self.flat(Self.domain("nested: true", host: Sample.tcg)).contains("policy='require' name='svm'"))
    }

    @Test func anEmulatedMachineCantHaveTheHostsProcessor() throws {
        let domain = try Self.domain("cpu_mode: host-passthrough", host: Sample.tcg)
        let error = #expect(throws: ProviderError.self) { try domain.xml }
        #expect(error?.code == .unsupported)
    }

    @Test func boardsOfOtherArchitecturesHaveTheirOwnDevices() throws {
        let host = HostAbilities(virtualization: .qemu, architecture: "aarch64")
        let xml = try Self.flat(Self.domain("cdroms: [/a.iso]", host: host))
        #expect(xml.contains("<os firmware='efi'>") && xml.contains("<type arch='aarch64' machine='virt'>"))
        #expect(xml.contains("<target dev='sda' bus='scsi'/>"))
        #expect(!xml.contains("<apic/>") && !xml.contains("<pm>") && !xml.contains("<panic"))
    }

    @Test func memoryIsWholeMebibytesAndProcessorsAreAsAsked() throws {
        let request = Sample.request { spec in
            spec.cpus = 3
            spec.memory = ByteCount(bytes: 100_000_000)
        }
        let xml = try Self.flat(
            DomainDescription(request: request, options: LibvirtOptions(), host: Sample.tcg, files: Sample.files))
        #expect(xml.contains("<memory unit='KiB'>98304</memory><currentMemory unit='KiB'>98304</currentMemory>"))
        #expect(xml.contains("<vcpu placement='static'>3</vcpu>"))
    }

    @Test func aMachineHasACardOnEachNetwork() throws {
        let back = NetworkName(unchecked: "back")
        let request = Sample.request { $0.interfaces.append(Sample.interface(back, number: 1)) }
        func domain(_ host: HostAbilities) -> DomainDescription {
            DomainDescription(request: request, options: LibvirtOptions(), host: host, files: Sample.files)
        }
        let cards = try domain(Sample.kvm).xml["devices"]?.children(named: "interface") ?? []
        #expect(cards.map { $0["alias"]?[attribute: "name"] } == ["ua-net-default", "ua-net-back"])
        let user = try domain(HostAbilities(virtualization: .kvm, scope: .session)).xml
        #expect(user["devices"]?.children(named: "interface").count == 1)
        let wires = user["qemu:commandline"]?.children.compactMap { $0[attribute: "value"] } ?? []
        #expect(
            wires.count { $0.hasPrefix("socket,") } == 2 && Set(wires.filter { $0.hasPrefix("socket,") }).count == 2)
        #expect(wires.contains { $0.contains("addr=0x11") })
    }

    @Test func manyDisksAreCountedAsTheKernelDoes() throws {
        var options = LibvirtOptions()
        options.disks = (1...27).map { ExtraDisk(size: ByteCount(bytes: 1 << 30), serial: "d\($0)") }
        var files = Sample.files
        files.extraDisks = (1...27).map { FilePath("/pool/\($0).qcow2") }
        let xml = try DomainDescription(request: Sample.request(), options: options, host: Sample.kvm, files: files).xml
        let targets = xml["devices"]?.children(named: "disk").compactMap { $0["target"]?[attribute: "dev"] } ?? []
        #expect(targets.prefix(3) == ["vda", "vdb", "vdc"] && targets.suffix(4) == ["vdz", "vdaa", "vdab", "vdac"])
    }

    private static func domain(_ lines: String, host: HostAbilities = Sample.kvm) throws -> DomainDescription {
        let read = try ReadMachine.read(libvirt: lines)
        #expect(read.problems == [])
        var files = Sample.files
        files.extraDisks = read.options.disks.indices.map { FilePath("/pool/\($0).qcow2") }
        return DomainDescription(request: Sample.request(), options: read.options, host: host, files: files)
    }

    /// The document without line breaks and indentation.
    private static func flat(_ domain: DomainDescription) throws -> String {
        try domain.xml.description.split(separator: "\n").map { $0.drop { $0 == " " } }.joined()
    }
}
