import DevenvTestSupport
import Testing

/// The machine that other tests start, and with it the disk's layout, the early init and the first boot of all images.
@Suite(
    .requiresRoot,
    .requires(tool: "qemu-system-x86_64", "qemu-img", "mmdebstrap", "xorriso", "socat", "mke2fs", "sfdisk", "mcopy"),
    .serialized)
struct TinyGuestTests {
    @Test func aMachineBecomesWhatItsSeedDescribes() async throws {
        try await EmulatedMachine.with(try await TestDisk.tiny().image) { machine in
            #expect(try await machine.say("hostname") == "web")
            #expect(try await machine.say("id -un; sudo -n id -u") == "dev\n0")
            #expect(try await machine.say("id -un", user: "root") == "root")
            #expect(
                try await machine.say("tail -n 4 /etc/hosts") == """
                    # devenv: the project's machines
                    10.9.8.7 db db.test
                    10.9.8.6 web web.test
                    # devenv: end
                    """)
            #expect(try await machine.say("sudo -n -H -- /bin/sh -c 'echo $0 $1' name given") == "name given")
            #expect(try await machine.say("stat -c %a:%U ~/.ssh/authorized_keys") == "600:dev")
            #expect(try await machine.say("cat /run/systemd/network/10-extra.network") == "[Match]\nName=nothing")
            try await machine.pressPowerButton()
        }
    }

    @Test func theKernelCanBeStartedDirectly() async throws {
        let guest = try await TestDisk.tiny()
        try await EmulatedMachine.with(guest.image, EmulatedMachine.Shape(direct: guest)) { machine in
            let arguments = try await machine.say("hostname; cat /proc/cmdline")
            #expect(arguments.hasPrefix("web\nroot=UUID="))
        }
    }

    @Test(arguments: [EmulatedMachine.Shape.Bus.scsi, .nvme, .ide])
    func itStartsFromAnyDiskThatItsKernelKnows(bus: EmulatedMachine.Shape.Bus) async throws {
        try await EmulatedMachine.with(try await TestDisk.tiny().image, EmulatedMachine.Shape(bus: bus)) { machine in
            let name = try await machine.say("hostname")
            #expect(name == "web")
        }
    }

    @Test func aSeedMayBeACDROM() async throws {
        let shape = EmulatedMachine.Shape(hasCDROM: true)
        try await EmulatedMachine.with(try await TestDisk.tiny().image, shape) { machine in
            let name = try await machine.say("hostname")
            #expect(name == "web")
        }
    }
}
