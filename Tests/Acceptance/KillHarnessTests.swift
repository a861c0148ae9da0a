import DevenvHost
import DevenvTestSupport
import Testing

/// Containers, ended at every point.
@Suite(.tags(.large), .serialized, .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct KillHarnessTests {
    private let harness = KillHarness(
        envfile: """
            version: 1
            name: kill
            provider: container
            defaults: { box: $BOX }
            machines:
              one:
                forward: [{ host: 28180, guest: 22, auto: true }]
                sync: [{ source: src, target: /srv/app, watch: true }]
                provision: [{ name: mark, shell: echo done > /srv/mark }]
                ready: [{ tcp: 22 }]
            """, files: ["src/file": "content\n"]
    ) { project, point in
        let mark = try await project.devenv("ssh", "-c", "cat /srv/mark /srv/app/file")
        #expect(mark.text == "done\ncontent\n", "after a kill at \(point): \(mark.transcript)")
    }

    @Test func anInterruptedUpCleansUpAtAnyPointAndTheNextOneGoesOn() async throws {
        try await harness.anInterruptedUpCleansUpAndTheNextOneGoesOn()
    }

    @Test func upAndDestroyCompleteWhatAKillLeftAtAnyPoint() async throws {
        try await harness.upAndDestroyCompleteWhatAKillLeft()
    }

    @Test func destroyRemovesWhatAKilledUpLeftAtAnyPoint() async throws {
        try await harness.destroyRemovesWhatAKilledUpLeft()
    }
}
