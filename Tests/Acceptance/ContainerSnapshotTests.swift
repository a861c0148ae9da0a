import DevenvHost
import DevenvTestSupport
import Testing

/// Containers that stand still, are saved and brought back, through the built program.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct ContainerSnapshotTests {
    private static let envfile = """
        version: 1
        name: saved
        provider: container
        machines:
          one:
            box: $BOX
            provision:
              - { name: keep, shell: echo kept > /srv/kept }
              - { name: boot, shell: echo boot >> /srv/boots, run: boot }
        """

    @Test func whatRanAtAStartIsDueAgainAfterASnapshotThatHoldsNoMemory() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("up")
            let began = try await project.expect("ssh", "one", "-c", "cut -d ' ' -f 22 /proc/1/stat").text
            try await project.expect("suspend")
            #expect(try await project.expect("status").text.contains("suspended"))
            try await project.expect("up")
            #expect(try await project.expect("ssh", "one", "-c", "cut -d ' ' -f 22 /proc/1/stat").text == began)
            let saved = try await project.expect("snapshot", "save", "first")
            #expect(saved.errors.contains("is running: its files are saved, not its memory"))
            try await project.expect("ssh", "one", "-c", "sudo rm /srv/kept")
            try await project.expect("snapshot", "restore", "first")
            #expect(try await project.expect("ssh", "one", "-c", "cat /srv/kept /srv/boots").text == "kept\nboot\n")
            // it was started anew, which its provisioners are told by the next up
            try await project.expect("up")
            #expect(try await project.expect("ssh", "one", "-c", "cat /srv/boots").text == "boot\nboot\n")
            #expect(try await project.expect("plan").text == "Nothing to do: 1 machine is up to date.\n")
            try await Self.expectKilledPackage(of: "first", in: project)
        }
    }

    /// A box that is being made of a snapshot leaves nothing in the way when that is killed.
    private static func expectKilledPackage(of snapshot: String, in project: AcceptanceProject) async throws {
        let unknown = try await project.expect("box", "package", "one", "--snapshot", "none", status: 64)
        #expect(unknown.errors.contains("machine 'one' has no snapshot 'none'"))
        try await project.expect("box", "package", "one", "--snapshot", snapshot, "--stop", status: 64)
        let killed = try await project.devenv(
            "box", "package", "one", "--snapshot", snapshot, environment: ["DEVENV_FAULT": "container.export.mounted"])
        #expect(killed.status == 128 + 9, "\(killed.transcript)")
        #expect(try await project.expect("status").text.contains("running"))
        try await project.expect("snapshot", "delete", snapshot)
        #expect(try await project.expect("ssh", "one", "-c", "cat /srv/kept").text == "kept\n")
    }

    @Test func upCompletesWhatAKillLeftOfAPauseOrASnapshotAtAnyPoint() async throws {
        let envfile = Self.envfile + "\n    container: { binds: [src:/shared] }\n"
        let harness = KillHarness(envfile: envfile, files: ["src/file": "bound\n"]) { project, point in
            let kept = try await project.devenv("ssh", "one", "-c", "cat /srv/kept /shared/file")
            #expect(kept.text == "kept\nbound\n", "after a kill at \(point): \(kept.transcript)")
            let names = try await project.expect("snapshot", "list", "--json").text
            #expect(names.contains("\"one\"") || !point.contains("restore"), "after a kill at \(point)")
        }
        let rooms = ["container.suspend.", "container.resume.", "container.snapshot.", "container.restore."]
        try await harness.upCompletesWhatAKillLeft(in: [
            KillHarness.Chapter(command: ["suspend"], rooms: rooms),
            KillHarness.Chapter(command: ["resume"], rooms: rooms) { project, _ in
                try await project.expect("suspend")
            },
            KillHarness.Chapter(command: ["snapshot", "save", "one"], rooms: rooms) { project, time in
                if time > 0 { try await project.devenv("snapshot", "delete", "one") }
            },
            KillHarness.Chapter(command: ["snapshot", "restore", "one"], rooms: rooms) { project, _ in
                try await project.expect("ssh", "one", "-c", "sudo rm /srv/kept")
            },
            KillHarness.Chapter(command: ["snapshot", "delete", "two"], rooms: rooms) { project, _ in
                try await project.expect("halt")
                try await project.devenv("snapshot", "delete", "two")
                try await project.expect("snapshot", "save", "two")
            },
            // without the first, nothing tells the layers of both apart
            KillHarness.Chapter(command: ["snapshot", "delete", "first"], rooms: ["container.snapshot.merged"]) {
                project, _ in
                for name in ["first", "second"] { try await project.devenv("snapshot", "delete", name) }
                for name in ["first", "second"] {
                    try await project.expect("up")
                    try await project.expect("halt")
                    try await project.expect("snapshot", "save", name)
                }
            },
            KillHarness.Chapter(command: ["up"], rooms: ["container.bind."]) { project, _ in
                try await project.expect("halt")
            },
        ])
    }
}
