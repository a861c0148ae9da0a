import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct LifeCycleTests {
    private static let pair = """
        version: 1
        name: pair
        defaults: { box: $BOX }
        machines:
          db:
            provision:
              - name: data
                shell: echo stored > /srv/data
            ready: [{ shell: test -s /srv/data }]
          web:
            depends_on: { db: ready }
            forward: [{ host: 28080, guest: 22, auto: true }]
            sync: ["src:/srv/app"]
            provision:
              - name: ask
                shell: { path: ask.sh, args: ["a b", "", "$HOME"], env: { WORDS: "it's \\"so\\"" } }
        """

    private static let files = [
        "src/index.html": "hello\n", "src/.hidden/file": "x",
        "ask.sh": "#!/bin/bash\nset -eu\ngetent hosts db\nprintf '%s|' \"$@\" \"$WORDS\" > /srv/said\n",
    ]

    @Test func aProjectComesUpAnswersAndGoesWithoutATrace() async throws {
        try await AcceptanceProject.with(Self.pair, files: Self.files) { project in
            try await project.expect("plan", status: 10)
            #expect(!HostFiles.exists(project.directory.appending(".devenv")), "a plan changes nothing")
            try await project.expect("up")
            let said = try await project.expect("ssh", "web", "-c", "sudo cat /srv/said; cat /srv/app/index.html")
            #expect(said.text == "a b||$HOME|it's \"so\"|hello\n")
            let again = try await project.expect("up")
            #expect(again.transcript.contains("Nothing to do"))
            try await project.expect("plan", status: 0)
            try await project.destroyWhole()
        }
    }

    @Test func machinesComeBackAfterAHaltWithWhatWasInThem() async throws {
        try await AcceptanceProject.with(Self.pair, files: Self.files) { project in
            try await project.expect("up")
            try await project.expect("halt")
            let stopped = try await project.expect("status")
            #expect(stopped.text.contains("stopped"))
            try await project.expect("ssh", "db", "-c", "true", status: 1)
            try await project.expect("up")
            let kept = try await project.expect("ssh", "db", "-c", "sudo cat /srv/data")
            #expect(kept.text == "stored\n")
        }
    }

    @Test func sshCarriesBytesAndTheStatus() async throws {
        try await AcceptanceProject.with(Self.pair, files: Self.files) { project in
            try await project.expect("up", "db")
            let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
            let echoed = try await project.expect("ssh", "db", "-c", "cat", input: bytes)
            #expect(echoed.standardOutput == bytes)
            try await project.expect("ssh", "db", "-c", "exit 7", status: 7)
            try await project.expect("ssh", "db", "-c", "kill -KILL $$", status: 137)
            // with words for it the system's ssh does the same
            let other = try await project.expect("ssh", "db", "-c", "cat", "--", "-T", input: bytes)
            #expect(other.standardOutput == bytes)
            let words = try await project.expect("exec", "db", "--", "printf", "%s|", "a b", "", "$HOME", "it's")
            #expect(words.text == "a b||$HOME|it's|")
            try await project.expect("exec", "db", "--", "sh", "-c", "exit 9", status: 9)
            for endless in ["exec db -- yes", "ssh db -c yes"] { try await Self.endsUnheard(endless, in: project) }
        }
    }

    /// A command whose output nobody reads any more ends.
    private static func endsUnheard(_ words: String, in project: AcceptanceProject) async throws {
        let script = "\"$0\" \(words) </dev/null | head -n 2"
        let outcome = try await SystemToolRunner().run(
            ToolInvocation(
                "sh", ["-c", script, BuiltProgram.devenv.string],
                environment: ["DEVENV_HOME": project.binary.home.string, "DEVENV_SHARED_BOXES": ""],
                directory: project.directory, timeout: .seconds(60)))
        #expect(outcome.text == "y\ny\n", "\(words): \(outcome.transcript)")
    }

    @Test func aChangedScriptRunsAgainAndAFailedOneIsTakenUpWhereItFailed() async throws {
        let envfile = """
            version: 1
            defaults: { box: $BOX }
            machines:
              one:
                provision:
                  - { name: first, shell: echo first >> /srv/log }
                  - { name: second, shell: { path: second.sh } }
                  - { name: third, shell: echo third >> /srv/log }
            """
        try await AcceptanceProject.with(envfile, files: ["second.sh": "exit 3\n"]) { project in
            let failed = try await project.expect("up", status: 1)
            #expect(failed.errors.contains("second"))
            try project.write("echo second >> /srv/log\n", to: "second.sh")
            let plan = try await project.expect("plan", status: 10)
            #expect(!plan.text.contains("provision first"))
            try await project.expect("up")
            let log = try await project.expect("ssh", "one", "-c", "sudo cat /srv/log")
            #expect(log.text == "first\nsecond\nthird\n")
        }
    }

    @Test func changedSourcesAreSyncedByTheNextUp() async throws {
        try await AcceptanceProject.with(Self.pair, files: Self.files) { project in
            try await project.expect("up")
            try project.write("changed\n", to: "src/index.html")
            try await project.expect("up")
            let seen = try await project.expect("ssh", "web", "-c", "cat /srv/app/index.html")
            #expect(seen.text == "changed\n")
        }
    }

    @Test func destroyNeedsNoEnvfile() async throws {
        try await AcceptanceProject.with(Self.pair, files: Self.files) { project in
            try await project.expect("up")
            try project.write("machines: [broken\n", to: "Envfile")
            try await project.destroyWhole()
        }
    }
}

extension Tag {
    /// Tests that start real machines.
    @Tag static var large: Self
}
