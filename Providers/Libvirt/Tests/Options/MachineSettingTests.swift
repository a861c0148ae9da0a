import DevenvModel
import DevenvPluginAPI
import Testing

@testable import LibvirtProvider

/// What of a machine was fixed, and what a change of it takes.
@Suite struct MachineSettingTests {
    @Test(arguments: [
        ("uri: qemu:///session", "uri", "qemu:///session", MachineSetting.Impact.recreate),
        ("pool: fast", "pool", "fast", .recreate), ("architecture: aarch64", "architecture", "aarch64", .recreate),
        ("autostart: true", "autostart", "true", .live), ("accelerator: tcg", "accelerator", "tcg", .restart),
        ("cpu_model: EPYC", "cpu_mode", "custom EPYC", .restart),
        ("cpu_features: {b: force, a: disable}", "cpu_features", "a=disable, b=force", .restart),
        ("cpu_topology: {cores: 4}", "cpu_topology", "1 × 4 × 1", .restart),
        ("nested: true", "nested", "true", .restart),
        ("machine_type: pc", "machine_type", "pc", .restart), ("firmware: uefi", "firmware", "uefi", .restart),
        ("firmware: uefi\nsecure_boot: true", "secure_boot", "true", .restart), ("tpm: true", "tpm", "2.0", .restart),
        ("boot: [cdrom, disk]", "boot", "cdrom, disk", .restart), ("kernel: /k", "kernel", "/k", .restart),
        ("kernel: /k\ninitrd: /i", "initrd", "/i", .restart), ("kernel: /k\ncmdline: a b", "cmdline", "a b", .restart),
        ("hugepages: true", "hugepages", "true", .restart), ("shared_memory: true", "shared_memory", "true", .restart),
        ("disks: [{size: 2GiB, name: data}]", "disks", "data 2 GiB on virtio", .restart),
        ("cdroms: [/a, /b]", "cdroms", "/a, /b", .restart), ("disk_bus: sata", "disk_bus", "sata", .restart),
        ("disk_cache: none", "disk_cache", "none", .restart),
        ("disk_discard: false", "disk_discard", "false", .restart),
        ("bridges: [br0]", "bridges", "br0", .restart), ("nic_model: e1000", "nic_model", "e1000", .restart),
        ("graphics: vnc", "graphics", "vnc", .restart), ("graphics: vnc\nvideo: vga", "video", "vga", .restart),
        ("guest_agent: false", "guest_agent", "false", .restart),
        ("qemu_args: [-s, -S]", "qemu_args", "-s, -S", .restart),
        ("qemu_env: {A: b}", "qemu_env", "A=b", .restart),
    ])
    func everyOptionIsASetting(lines: String, key: String, value: String, impact: MachineSetting.Impact) throws {
        let read = try ReadMachine.read(libvirt: lines)
        #expect(read.problems == [])
        let settings = read.options.settings
        #expect(settings.contains(MachineSetting("libvirt.\(key)", value, impact: impact)), "\(settings)")
        #expect(settings.map(\.key) == LibvirtOptions().settings.map(\.key))
        #expect(settings != LibvirtOptions().settings)
    }

    @Test func theMachinesOwnKeysAreSettings() throws {
        let request = Sample.request { spec in
            spec.cpus = 2
            spec.disk = ByteCount(bytes: 10 << 30)
        }
        let settings = MachineSettings.list(of: request, options: LibvirtOptions()).prefix(8)
        #expect(
            settings.map { "\($0.key): \($0.value) (\($0.impact.rawValue))" } == [
                "box: sha256:00 (recreate)", "hostname: web (restart)",
                "networks: default 10.60.0.10/24 02:dd:0a:3c:00:0a (restart)", "ssh: dev, port 22 (restart)",
                "cpus: 2 (restart)", "memory: 1 GiB (restart)", "disk: 10 GiB (restart)", "forward: none (live)",
            ])
    }

    @Test func anotherPatchIsAnotherValue() throws {
        let values = try ["{path: a, remove: true}", "{path: a, text: b}", "{path: a, text: c}", "{path: b, text: b}"]
            .map { patch in
                try ReadMachine.read(libvirt: "xml: [\(patch)]").options.settings.first { $0.key == "libvirt.xml" }?
                    .value
            }
        #expect(Set(values).count == 4 && values.allSatisfy { $0?.hasPrefix("1 (") == true })
    }
}
