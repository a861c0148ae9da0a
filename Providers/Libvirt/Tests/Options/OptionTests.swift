import DevenvModel
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// What is read from a machine's `libvirt` block.
@Suite struct OptionTests {
    @Test func nothingGivesTheDefaults() throws {
        let machine = try ReadMachine.read("cpus: 2")
        #expect(machine.problems == [])
        #expect(machine.options == LibvirtOptions())
        #expect(machine.options.diskCache == .writeback && machine.options.graphics == .none)
        #expect(machine.options.hasAgentChannel && machine.options.discardsBlocks)
    }

    @Test func wordsAndSwitchesAreRead() throws {
        let machine = try ReadMachine.read(
            libvirt: """
                uri: qemu+ssh://root@host/system?keyfile=/k&no_verify=1
                pool: fast
                autostart: true
                accelerator: kvm
                architecture: aarch64
                machine_type: pc-q35-7.2
                nested: false
                hugepages: true
                shared_memory: true
                firmware: uefi
                secure_boot: true
                tpm: 1.2
                boot: [cdrom, disk]
                disk_bus: scsi
                disk_cache: none
                disk_discard: false
                nic_model: e1000e
                graphics: vnc
                video: vga
                guest_agent: false
                qemu_args: [-s, -rtc, base=localtime, 3]
                qemu_env: {SDL_VIDEODRIVER: dummy, LEVEL: 007}
                """)
        var expected = LibvirtOptions()
        expected.uri = "qemu+ssh://root@host/system?keyfile=/k&no_verify=1"
        expected.pool = "fast"
        expected.autostarts = true
        expected.accelerator = .kvm
        expected.architecture = .aarch64
        expected.machineType = "pc-q35-7.2"
        expected.isNested = false
        expected.usesHugePages = true
        expected.sharesMemory = true
        expected.firmware = .uefi
        expected.securesBoot = true
        expected.tpm = .old
        expected.bootOrder = [.cdrom, .disk]
        expected.diskBus = .scsi
        expected.diskCache = .none
        expected.discardsBlocks = false
        expected.networkModel = .e1000e
        expected.graphics = .vnc
        expected.video = .vga
        expected.hasAgentChannel = false
        expected.emulatorArguments = ["-s", "-rtc", "base=localtime", "3"]
        expected.emulatorEnvironment = ["SDL_VIDEODRIVER": "dummy", "LEVEL": "007"]
        #expect(machine.problems == [])
        #expect(machine.options == expected)
    }

    @Test func devicesAreReadShortAndLong() throws {
        let machine = try ReadMachine.read(
            libvirt: """
                disk_bus: sata
                disks: [10GiB, {size: 500 MiB, name: data, bus: virtio}, {size: 1GiB, name: logs, serial: L-1}]
                cdroms: /isos/tools.iso
                bridges: [br0, {bridge: br1, mac: "52:54:00:AA:bb:01"}]
                kernel: ${project.dir}/vmlinuz
                initrd: /boot/initrd
                cmdline: root=/dev/vda1 quiet
                """)
        #expect(machine.problems == [])
        #expect(
            machine.options.disks == [
                ExtraDisk(size: ByteCount(bytes: 10 << 30), bus: .sata, serial: "disk-1"),
                ExtraDisk(size: ByteCount(bytes: 500 << 20), bus: .virtio, serial: "data"),
                ExtraDisk(size: ByteCount(bytes: 1 << 30), bus: .sata, serial: "L-1"),
            ])
        #expect(machine.options.discs == ["/isos/tools.iso"])
        #expect(
            machine.options.bridges == [
                BridgedInterface(bridge: "br0"), BridgedInterface(bridge: "br1", mac: MACAddress("52:54:00:aa:bb:01")),
            ])
        #expect(
            machine.options.kernel
                == DirectKernel(kernel: "/usr/vmlinuz", initrd: "/boot/initrd", arguments: "root=/dev/vda1 quiet"))
    }

    @Test func theProcessorIsReadInEveryForm() throws {
        let modes: [(String, ProcessorMode)] = [
            ("cpu_mode: host-passthrough", .hostPassthrough), ("cpu_mode: host-model", .hostModel),
            ("cpu_mode: maximum", .maximum), ("cpu_model: EPYC", .model("EPYC")),
            ("cpu_mode: custom\ncpu_model: EPYC", .model("EPYC")),
        ]
        for (lines, mode) in modes { #expect(try ReadMachine.read(libvirt: lines).options.processor == mode) }
        let machine = try ReadMachine.read(
            libvirt: "cpu_features: {avx: disable, pdpe1gb: require}\ncpu_topology: {sockets: 2, cores: 3}")
        #expect(machine.problems == [])
        #expect(machine.options.processorFeatures == ["avx": .disable, "pdpe1gb": .require])
        #expect(machine.options.topology == ProcessorTopology(sockets: 2, cores: 3, threads: 1))
    }

    @Test(arguments: [("true", TPMVersion.current), ("2.0", .current), ("\"1.2\"", .old), ("false", nil)])
    func aTPMIsASwitchOrAVersion(text: String, version: TPMVersion?) throws {
        let machine = try ReadMachine.read(libvirt: "tpm: \(text)")
        #expect(machine.problems == [])
        #expect(machine.options.tpm == version)
    }

    @Test func patchesAreRead() throws {
        let machine = try ReadMachine.read(
            libvirt: """
                xml:
                  - path: clock
                    set: {offset: localtime}
                  - {path: on_crash, text: preserve}
                  - path: "devices/disk[@device='cdrom']"
                    remove: true
                  - add: <cputune><shares>2048</shares></cputune>
                """)
        #expect(machine.problems == [])
        let paths = machine.options.patches.map(\.path.text)
        #expect(paths == ["clock", "on_crash", "devices/disk[@device='cdrom']", ""])
        let addition = XMLElement("cputune", [:], [XMLElement("shares", text: "2048")])
        #expect(
            machine.options.patches.map(\.change) == [
                .set(["offset": "localtime"]), .text("preserve"), .remove, .add(addition),
            ])
    }
}
