import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct ConcurrencyTests {
    private static let waiting = """
        version: 1
        defaults: { box: $BOX }
        machines:
          one:
            provision: [{ name: wait, shell: "touch /srv/begun; until test -e /srv/go; do sleep 0.1; done" }]
        """

    private static let many = """
        version: 1
        defaults: { box: $BOX }
        machines:
          node: { count: 6, provision: [{ name: known, shell: "for n in 1 2 3 4 5 6; do getent hosts node-$n; done" }] }
        """

    @Test func manyMachinesComeUpTogetherAndKnowEachOther() async throws {
        try await AcceptanceProject.with(Self.many) { project in
            try await project.expect("up", "-j", "6")
            let said = try await project.expect("exec", "--", "getent", "hosts", "node-3")
            #expect(said.text.split(separator: "\n").count == 6)
        }
    }

    @Test func twoUpsAtOnceDoTheWorkOnceOrSayWhoIsAtIt() async throws {
        try await AcceptanceProject.with(Self.many) { project in
            async let first = project.devenv("up")
            async let second = project.devenv("up")
            let outcomes = try await [first, second]
            #expect(outcomes.contains { $0.status == 0 }, "\(outcomes.map(\.transcript))")
            for outcome in outcomes where outcome.status != 0 {
                #expect(outcome.status == 4, "\(outcome.transcript)")
                #expect(outcome.errors.contains("process "), "\(outcome.errors)")
            }
            try await project.expect("up", "--wait")
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalEndsTheCommandAndTheNextOneGoesOn(_ signal: Int32) async throws {
        try await AcceptanceProject.with(Self.waiting) { project in
            let command = try BackgroundCommand.start(["up"], in: project)
            defer { command.abandon() }
            try await eventually("the script runs") {
                try await project.devenv("ssh", "one", "-c", "test -e /srv/begun").status == 0
            }
            kill(command.process, signal)
            let status = try await command.end(within: .seconds(60))
            #expect(status == 130)
            try await project.expect("ssh", "one", "-c", "sudo touch /srv/go")
            try await project.expect("up")
        }
    }
}
