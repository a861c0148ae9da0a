import DevenvHost
import DevenvTestSupport
import Testing

/// A libvirtd that is killed. Machines live on, whoever works with it is told, and all goes on with the next one.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(
        tool: "libvirtd", "virtlogd", "virsh", "tini", "unshare", "qemu-system-x86_64", "qemu-img", "xorriso", "ip",
        "ssh"))
struct DaemonFaultTests {
    /// Before the disk is made, before the machine is described, and just before that is started.
    @Test(arguments: ["libvirt.storage.begun", "libvirt.create.volumes", "libvirt.start.wired"])
    func oneThatDiesInTheMiddleOfUpIsNamedAndTheNextUpCompletes(_ point: String) async throws {
        try await Self.with { project, libvirt in
            let outcome = try await project.binary.run(
                ["up"], in: project.directory, standingStillAt: point, { try await libvirt.kill() })
            #expect(outcome.status == 1, "\(outcome.transcript)")
            #expect(outcome.errors.contains("the connection to libvirt was lost"), "\(outcome.errors)")
            #expect(outcome.errors.contains("see whether libvirtd runs"), "\(outcome.errors)")
            try await libvirt.start()
            try await Self.expectUp(project)
        }
    }

    @Test func oneThatStaysAwayWhileAMachineIsWaitedForIsNamed() async throws {
        try await Self.with { project, libvirt in
            let outcome = try await project.binary.run(
                ["up"], in: project.directory, standingStillAt: "engine.connect.before", { try await libvirt.kill() })
            #expect(outcome.status == 1, "\(outcome.transcript)")
            #expect(outcome.errors.contains("machine 'one' can't be looked at"), "\(outcome.errors)")
            #expect(outcome.errors.contains("libvirtd runs"), "\(outcome.errors)")
            try await libvirt.start()
            try await Self.expectUp(project)
        }
    }

    @Test func oneThatIsStartedAnewAtOnceKeepsNobodyFromWaiting() async throws {
        try await Self.with { project, libvirt in
            let outcome = try await project.binary.run(
                ["up"], in: project.directory, standingStillAt: "engine.connect.before"
            ) {
                try await libvirt.kill()
                try await libvirt.start()
            }
            #expect(outcome.status == 0, "\(outcome.transcript)")
            #expect(try await project.expect("status").text.contains("running"))
        }
    }

    @Test func machinesOutliveIt() async throws {
        try await Self.with { project, libvirt in
            try await project.expect("up")
            let boot = try await project.expect("ssh", "-c", "cat /proc/sys/kernel/random/boot_id").text
            try await libvirt.kill()
            let seen = try await project.devenv("status")
            #expect(seen.text.contains("unknown") && seen.text.contains("libvirtd runs"), "\(seen.transcript)")
            let refused = try await project.devenv("halt")
            #expect(refused.status != 0 && refused.errors.contains("libvirtd runs"), "\(refused.transcript)")
            try await libvirt.start()
            try await Self.expectUp(project)
            #expect(try await project.expect("ssh", "-c", "cat /proc/sys/kernel/random/boot_id").text == boot)
        }
    }

    private static func with(_ body: @Sendable (AcceptanceProject, PrivateLibvirt) async throws -> Void) async throws {
        let envfile = try await VirtualMachine.envfile("daemon", "  one: {}")
        try await PrivateLibvirt.with(.system) { libvirt in
            try await AcceptanceProject.with(envfile, home: .virtual, libvirt: libvirt) { project in
                do { try await body(project, libvirt) } catch {
                    // nothing can be taken down without it
                    if libvirt.process() == nil { try await libvirt.start() }
                    throw error
                }
            }
        }
    }

    private static func expectUp(_ project: AcceptanceProject) async throws {
        try await project.expect("up")
        #expect(try await project.expect("status").text.contains("running"))
        #expect(try await project.expect("ssh", "-c", "hostname").text == "one\n")
    }
}
