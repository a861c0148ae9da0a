import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// What a plan says of machines that are there, and when a saved one is refused.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct PlanTests {
    private static let envfile = """
        version: 1
        name: reasons
        defaults: { box: $BOX, memory: 512MiB }
        machines:
          web:
            forward: [{ host: 28190, guest: 22, auto: true }]
            sync: ["src:/srv/app"]
            provision: [{ name: deps, shell: { path: scripts/deps.sh } }]
            ready: [{ tcp: 22 }]
          old: {}
        """
    private static let files = ["src/page": "one\n", "scripts/deps.sh": "echo deps\n"]

    /// What a plan says, and that it says it with 10 or, for nothing to do, with 0.
    private func plan(_ project: AcceptanceProject, changes: Bool = true) async throws -> String {
        try await project.expect("plan", status: changes ? 10 : 0).transcript
    }

    @Test func everyChangeHasAReason() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("up")
            try project.write("echo more\n", to: "scripts/deps.sh")
            try project.write("two\n", to: "src/page")
            let changed = Self.envfile.replacing("512MiB", with: "1GiB").replacing("\n  old: {}", with: "")
            try project.write(changed.replacing("tcp: 22 }", with: "shell: test -d /srv }"), to: "Envfile")
            let said = try await plan(project)
            for reason in [
                "update          memory 512 MiB -> 1 GiB; the machines on its networks, or their names, changed\n",
                "sync /srv/app   src changed\n",
                "provision deps  script scripts/deps.sh changed\n", "ready           waits for shell test -d /srv\n",
                "machine 'old' is no longer in the Envfile: 'devenv destroy --orphans' removes it, with all data in it",
            ] { #expect(said.contains(reason), "\(reason) in \(said)") }
            try await project.expect("up")
            #expect(try await plan(project, changes: false).contains("Nothing to do: 1 machine is up to date."))
            try project.write(changed.replacing("tcp: 22 }", with: "shell: test -d /var }"), to: "Envfile")
            #expect(try await plan(project).contains("the checks changed; waits for shell test -d /var"))
        }
    }

    @Test func whatWasRemovedBehindItsBackIsNamed() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("up")
            let marks = try project.marks()
            let disks = marks.map { project.binary.home.pushing(FilePath("containers/\(marks[0])/\($0)")) }
                .filter(HostFiles.exists)
            try await project.expect("halt", "old")
            #expect(try await plan(project).contains("start    is stopped"))
            for disk in disks { try HostFiles.remove(disk) }
            let said = try await plan(project)
            #expect(said.contains("create   is gone: it was removed behind devenv's back"), "\(said)")
            #expect(said.contains("machine 'web' is broken: its files in '"), "\(said)")
            #expect(try await project.expect("status").text.contains("are gone: removed, or made"))
            let recreating = try await project.expect("plan", "--recreate", status: 10).text
            #expect(recreating.contains("machine 'web' is destroyed and made again: all data in it is lost"))
            try await project.expect("up", "--recreate")
            #expect(try await plan(project, changes: false).contains("Nothing to do: 2 machines are up to date."))
        }
    }

    @Test func aSavedPlanIsRefusedWhereWhatItRestsOnMoved() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("up", "web")
            try project.write("echo more\n", to: "scripts/deps.sh")
            try await project.expect("plan", "--out", "next.plan", status: 10)
            let moves: [(file: String, text: String, part: String)] = [
                ("scripts/deps.sh", "echo other\n", "provisioner deps: script scripts/deps.sh"),
                ("src/page", "two\n", "its folder /srv/app"),
            ]
            for move in moves {
                let before = try HostFiles.read(project.directory.pushing(FilePath(move.file))) ?? []
                try project.write(move.text, to: move.file)
                let refused = try await project.expect("up", "next.plan", status: 1)
                #expect(refused.errors.contains(move.part), "\(refused.errors)")
                try project.write(String(decoding: before, as: UTF8.self), to: move.file)
            }
            try await project.expect("halt", "web")
            #expect(try await project.expect("up", "next.plan", status: 1).errors.contains("machine 'web': its state"))
            try await project.expect("up", "web", "--no-provision")
            try await project.expect("plan", "--out", "next.plan", status: 10)
            try await project.expect("up", "next.plan")
        }
    }
}
