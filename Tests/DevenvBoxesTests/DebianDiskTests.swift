import DevenvHost
import DevenvModel
import DevenvTestSupport
import Testing

/// The image that `devenv box build` makes for virtual machines, started for real.
@Suite(
    .requiresRoot,
    .requires(tool: "qemu-system-x86_64", "qemu-img", "mmdebstrap", "xorriso", "socat", "mke2fs", "sfdisk", "mcopy"),
    .serialized)
struct DebianDiskTests {
    @Test func aMachineBecomesWhatItsSeedDescribesAndIsAWholeDebian() async throws {
        let shape = EmulatedMachine.Shape(size: ByteCount(bytes: 12 << 30))
        try await EmulatedMachine.with(try await TestDisk.debian(), shape) { machine in
            // it lets people in before all has started, and what they bring then stays
            #expect(try await machine.say("touch /tmp/early; hostname; id -un; sudo -n id -un") == "web\ndev\nroot")
            #expect(
                try await machine.say("getent hosts db web.test | tr -s ' '")
                    == "10.9.8.7 db db.test\n10.9.8.6 web web.test")
            #expect(try await machine.say("cat /run/systemd/network/10-extra.network") == "[Match]\nName=nothing")
            #expect(try await machine.say("id -un", user: "root") == "root")
            #expect(try await machine.say("df --output=size -B1G / | tail -n 1") == "12")
            try await eventually("the resolver answers, for which the bus may have to start it") {
                try await machine.ssh("resolvectl domain eth0").text.contains("devenv.test")
            }
            try await machine.expectHealth()
            #expect(try await machine.say("ls /tmp/early") == "/tmp/early")
            try await eventually("the guest agent answers", within: .seconds(60)) {
                try await machine.askAgent("guest-get-host-name").contains("\"web\"")
            }
            try await machine.pressPowerButton()
        }
    }

    @Test func aKernelThatComesLaterStartsToo() async throws {
        try await EmulatedMachine.with(try await TestDisk.debian()) { machine in
            let before = try await machine.say("cat /etc/machine-id; ls -l --time-style=+%s /initrd.img /vmlinuz")
            _ = try await machine.say(
                "sudo rm /boot/initrd.img-*; sudo dpkg-reconfigure linux-image-$(uname -r)", within: .seconds(400))
            try await machine.restart()
            #expect(try await machine.say("cat /etc/machine-id; ls -l --time-style=+%s /initrd.img /vmlinuz") == before)
            try await machine.expectHealth()
        }
    }

    @Test func uefiStartsItToo() async throws {
        try await EmulatedMachine.with(try await TestDisk.debian(), EmulatedMachine.Shape(isUEFI: true)) { machine in
            let answer = try await machine.say("hostname; test -d /sys/firmware/efi && echo by UEFI")
            #expect(answer == "web\nby UEFI")
        }
    }
}

extension EmulatedMachine {
    /// All that was to start has started, in an order that has no circle.
    fileprivate func expectHealth() async throws {
        #expect(try await say("systemctl is-system-running --wait") == "running")
        #expect(
            try await say("sudo journalctl --boot --identifier systemd --grep 'ordering cycle' --quiet || true").isEmpty
        )
    }
}
