import DevenvHost
import DevenvTestSupport
import Testing

/// Scripts that restart their machine.
@Suite(.tags(.large), .requiresRoot, .requiresLibvirt, .requires(tool: "virsh", "qemu-img", "xorriso", "ip", "ssh"))
struct ScriptRestartTests {
    private static let note = "cat /proc/sys/kernel/random/boot_id >> /home/dev/boots; sync"

    @Test func theNewBootIsWaitedForAndWhatComesNextRunsInIt() async throws {
        let envfile = try await VirtualMachine.envfile(
            "restart",
            """
              one:
                provision:
                  - { name: before, shell: "\(Self.note)" }
                  - { name: restart, shell: { inline: "reboot; sleep 600", reboot: true } }
                  - { name: after, shell: "\(Self.note)" }
            """)
        try await AcceptanceProject.with(envfile, home: .virtual) { project in
            try await project.expect("up", timeout: .seconds(240))
            let boots = try await project.said("cat /home/dev/boots").split(separator: "\n")
            #expect(boots.count == 2 && Set(boots).count == 2, "\(boots)")
            #expect(try await project.expect("up").errors.contains("Nothing to do"))
        }
    }
}
