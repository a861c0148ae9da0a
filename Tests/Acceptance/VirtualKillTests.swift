import DevenvHost
import DevenvTestSupport
import Testing

/// Virtual machines, ended at every point: what is true of containers is true of them.
@Suite(
    .tags(.large), .serialized, .requiresRoot, .requiresLibvirt,
    .requires(tool: "qemu-img", "xorriso", "ip", "rsync", "ssh"))
struct VirtualKillTests {
    private func harness() async throws -> KillHarness {
        let machine = """
              one: { forward: [{ host: 28280, guest: 22, auto: true }], \
            provision: [{ name: mark, shell: echo done > /srv/mark }] }
            """
        return KillHarness(
            envfile: try await VirtualMachine.envfile("kill", machine), home: .virtual
        ) { project, point in
            let mark = try await project.devenv("ssh", "-c", "cat /srv/mark")
            #expect(mark.text == "done\n", "after a kill at \(point): \(mark.transcript)")
        }
    }

    @Test func upCompletesWhatAKillLeftAtAnyPoint() async throws { try await harness().upCompletesWhatAKillLeft() }

    @Test func destroyRemovesWhatAKilledUpLeftAtAnyPoint() async throws {
        try await harness().destroyRemovesWhatAKilledUpLeft()
    }

    @Test func destroyCompletesADestroyThatWasKilledAtAnyPoint() async throws {
        try await harness().destroyCompletesADestroyThatWasKilled()
    }
}
