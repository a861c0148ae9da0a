import DevenvHost
import DevenvTestSupport
import Testing

/// Virtual machines that do not answer, each in a way of its own: the message names it, and once it is cured all goes on.
@Suite(.tags(.large), .requiresRoot, .requiresLibvirt, .requires(tool: "virsh", "qemu-img", "xorriso", "ip", "ssh"))
struct VirtualFaultTests {
    @Test func aGuestWithoutADriverForItsNetworkIsSeenNeverToAskForItsAddress() async throws {
        let envfile = try await VirtualMachine.envfile("deaf", "  one: { boot_timeout: 20s, stop_timeout: 1s }")
        try await AcceptanceProject.with(
            envfile.replacing("libvirt: {", with: "libvirt: { nic_model: e1000,"), home: .virtual
        ) { project in
            try await expectSilence(
                of: project,
                [
                    "tiny: up after", "waited ", "its domain 'deaf-one-", "' is running",
                    "it has not asked 'deaf-default-", "the last lines of its console:", "boot_timeout",
                ])
            try await expectCured(project, by: envfile)
        }
    }

    @Test func aGuestWhoseKernelPanicsIsShownByItsConsole() async throws {
        let envfile = try await VirtualMachine.envfile("panic", "  one: { boot_timeout: 20s, stop_timeout: 1s }")
        try await AcceptanceProject.with(
            envfile.replacing("panic=5", with: "panic=0 init=/nowhere"), home: .virtual
        ) { project in
            try await expectSilence(
                of: project, ["Kernel panic - not syncing", "it has not asked 'panic-default-"])
            try await expectCured(project, by: envfile)
        }
    }

    /// Nobody listens; somebody listens and says nothing; nobody is there at all.
    @Test(arguments: [
        ("kill $(cat /run/dropbear.pid)", "nobody listens there"),
        ("kill -STOP $(cat /run/dropbear.pid)", "it accepts connections, but no SSH server answers"),
        ("(sleep 1; ip link set eth0 down) </dev/null >/dev/null 2>&1 &", "no route to host"),
    ])
    func aServerThatRefusesIsToldFromOneThatStallsAndFromSilence(_ act: String, _ words: String) async throws {
        let machine = "  one: { provision: [{ name: again, shell: \"true\", run: always }] }"
        try await AcceptanceProject.with(try await VirtualMachine.envfile("silent", machine), home: .virtual) {
            project in
            try await project.expect("up")
            try await project.expect("ssh", "-c", "sudo sh -c '\(act)'")
            try await eventually("devenv says: \(words)", within: .seconds(180)) {
                // one that is quick finds the machine as it was
                let outcome = try await project.devenv("provision")
                return outcome.status == 1 && outcome.errors.contains(words)
            }
            try await project.expect("reload")
            #expect(try await project.expect("ssh", "-c", "hostname").text == "one\n")
        }
    }

    @Test func aGuestThatIgnoresItsPowerButtonIsSwitchedOffWhenItsTimeIsOver() async throws {
        let envfile = try await VirtualMachine.envfile("stubborn", "  one: { stop_timeout: 5s }")
        try await AcceptanceProject.with(envfile, home: .virtual) { project in
            try await project.expect("up")
            try await project.expect("ssh", "-c", "echo kept > /home/dev/state; sync; sudo killall acpid")
            let start = ContinuousClock.now
            try await project.expect("halt")
            #expect(ContinuousClock.now - start >= .seconds(5))
            #expect(try await project.expect("status").text.contains("stopped"))
            try await project.expect("up")
            #expect(try await project.expect("ssh", "-c", "cat /home/dev/state").text == "kept\n")
        }
    }

    /// Has `up` wait in vain until the guest has come as far as it can, which takes more than one wait where it is emulated on
    /// a busy host: the first words tell. All must then be in the message.
    private func expectSilence(of project: AcceptanceProject, _ words: [String]) async throws {
        var errors = ""
        try await eventually("up says: \(words[0])", within: .seconds(300)) {
            let outcome = try await project.devenv("up")
            errors = outcome.errors
            return outcome.status == 1 && errors.contains(words[0])
        }
        for text in words { #expect(errors.contains(text), "\(errors)") }
    }

    /// With the Envfile as it should be, `up` does the rest.
    private func expectCured(_ project: AcceptanceProject, by envfile: String) async throws {
        try project.write(envfile.replacing("boot_timeout: 20s", with: "boot_timeout: 90s"), to: "Envfile")
        try await project.expect("up")
        #expect(try await project.expect("ssh", "-c", "hostname").text == "one\n")
    }
}
