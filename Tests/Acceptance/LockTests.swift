import DevenvHost
import DevenvTestSupport
import Testing

/// What others can do while a command works on a machine.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct LockTests {
    private static let envfile = """
        version: 1
        name: busy
        defaults: { box: $BOX }
        machines:
          one:
            provision: [{ name: wait, shell: "echo begun; touch /srv/begun; until test -e /srv/go; do sleep 0.1; done" }]
        """

    /// Runs the body while an `up` provisions the machine, then lets that come to its end.
    private static func whileBusy(
        _ body: @Sendable (AcceptanceProject, BackgroundCommand) async throws -> Void
    ) async throws {
        try await AcceptanceProject.with(envfile) { project in
            let up = try BackgroundCommand.start(["up"], in: project)
            defer { up.abandon() }
            try await eventually("the script runs") {
                try await project.devenv("ssh", "one", "-c", "test -e /srv/begun").status == 0
            }
            try await body(project, up)
            try await project.expect("ssh", "one", "-c", "sudo touch /srv/go")
            #expect(try await up.end(within: .seconds(60)) == 0)
        }
    }

    @Test func whoeverReadsIsNotHeldUp() async throws {
        try await Self.whileBusy { project, _ in
            #expect(try await project.expect("status").text.contains("running"))
            #expect(try await project.expect("plan", status: 10).text.contains("provision wait"))
            #expect(try await project.expect("graph").text.contains("one"))
            #expect(try await project.expect("logs", "one").text.contains("begun"))
            #expect(try await project.expect("ssh", "one", "-c", "echo in").text == "in\n")
            try await project.expect("port", "one")
            #expect(try await project.expect("ssh-config").text.contains("Host one"))
            #expect(try await project.expect("global-status").text.contains("/one "))
            #expect(try await project.expect("exec", "one", "--", "true").status == 0)
        }
    }

    @Test(arguments: [["halt"], ["destroy", "-f"], ["provision"], ["reload"], ["up", "--recreate"]])
    func whoeverWantsToChangeItIsToldWhoDoes(_ words: [String]) async throws {
        try await Self.whileBusy { project, up in
            let refused = try await project.binary.run(words, in: project.directory)
            #expect(refused.status == 4, "\(refused.transcript)")
            #expect(
                refused.errors.contains("machine 'one' is locked by process \(up.process) (devenv up), since 20"),
                "\(refused.errors)")
            #expect(refused.errors.contains("--wait"), "\(refused.errors)")
        }
    }

    @Test func theLastLineOfJSONSaysWhoDoes() async throws {
        try await Self.whileBusy { project, up in
            let refused = try await project.expect("halt", "--json", status: 4)
            let last = refused.text.split(separator: "\n").last ?? ""
            #expect(last.contains("\"status\":\"locked\"") && last.contains("process \(up.process)"), "\(last)")
        }
    }

    @Test func waitingHasALimitWhereOneIsGiven() async throws {
        try await Self.whileBusy { project, up in
            let began = ContinuousClock.now
            let refused = try await project.expect("halt", "--wait-limit", "1s", status: 4)
            #expect(ContinuousClock.now - began >= .seconds(1))
            let waiting = "Waiting: machine 'one' is locked by process \(up.process) (devenv up)"
            #expect(refused.errors.contains(waiting), "\(refused.errors)")
            try await project.expect("halt", "--wait-limit", "soon", status: 64)
        }
    }

    @Test func whoeverWaitsGoesOnOnceItIsFree() async throws {
        try await Self.whileBusy { project, _ in
            let halt = try BackgroundCommand.start(["halt", "--wait"], in: project)
            defer { halt.abandon() }
            let status = try await project.expect("status").text
            #expect(status.contains("running"))
            try await project.expect("ssh", "one", "-c", "sudo touch /srv/go")
            #expect(try await halt.end(within: .seconds(60)) == 0)
            #expect(try await project.expect("status").text.contains("stopped"))
            try await project.expect("up")
        }
    }
}
