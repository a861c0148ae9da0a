import DevenvHost
import DevenvTestSupport
import Testing

/// Machines of VirtualBox, ended at every point of their provider: what is true of containers is true of them.
///
/// There is no system in them, so that a command which waits for one says in the end that none answers; machines with systems have
/// the same points. Each test has a VirtualBox and networks of its own. Several share the work, side by side.
@Suite(
    .tags(.large), .requiresRoot, .requiresVirtualBox,
    .requires(tool: "qemu-img", "truncate", "tar", "ip", "ssh-keygen"))
struct VirtualBoxKillTests {
    private static let shares = 3

    @Test(arguments: 0..<shares)
    func upAndDestroyCompleteWhatAKillLeftAtAnyPoint(_ share: Int) async throws {
        try await Self.with(share) { try await $0.upAndDestroyCompleteWhatAKillLeft() }
    }

    @Test(arguments: 0..<shares)
    func destroyRemovesWhatAKilledUpLeftAtAnyPoint(_ share: Int) async throws {
        try await Self.with(share) { try await $0.destroyRemovesWhatAKilledUpLeft() }
    }

    @Test func upCompletesWhatAKillLeftOfOneThatWasThereAtAnyPoint() async throws {
        try await Self.with { harness in
            try await harness.upCompletesWhatAKillLeft(in: [
                KillHarness.Chapter(command: ["halt"]),
                KillHarness.Chapter(command: ["up"]) { project, _ in try await project.expect("halt") },
                KillHarness.Chapter(command: ["reload"]),
            ])
        }
    }

    @Test func upCompletesWhatAKillLeftOfAPauseOrASnapshotAtAnyPoint() async throws {
        try await Self.with { harness in
            try await harness.upCompletesWhatAKillLeft(in: [
                KillHarness.Chapter(command: ["suspend"]),
                KillHarness.Chapter(command: ["resume"]) { project, _ in try await project.expect("suspend") },
                KillHarness.Chapter(command: ["snapshot", "save", "one"]) { project, time in
                    if time > 0 { try await project.devenv("snapshot", "delete", "one") }
                },
                KillHarness.Chapter(command: ["snapshot", "restore", "one"]),
                KillHarness.Chapter(command: ["snapshot", "delete", "two"]) { project, _ in
                    try await project.expect("snapshot", "save", "two")
                },
            ])
        }
    }

    private static let envfile = """
        version: 1
        name: kill
        provider: virtualbox
        networks:
          shared: { subnet: 192.168.60.16/28 }
          inner:
        machines:
          one:
            box: $BOX
            memory: 64MiB
            disk: 16MiB
            boot_timeout: 100ms
            stop_timeout: 100ms
            networks: [shared, inner]
            forward: [{ host: 28680, guest: 22 }]
            virtualbox: { disks: [4MiB] }

        """

    private static func with(
        _ share: Int = 0, _ body: @escaping @Sendable (KillHarness) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            try await VirtualBoxHome.with(in: directory, networks: .own) { box in
                let harness = KillHarness(
                    envfile: envfile, home: .withoutSystem, virtualBox: box, room: "virtualbox.", hasSystems: false,
                    share: KillHarness.Share(number: share, of: shares)
                ) { project, what in
                    let seen = try await project.devenv("status")
                    #expect(seen.text.contains("running"), "after a kill at \(what): \(seen.transcript)")
                }
                try await body(harness)
            }
        }
    }
}
