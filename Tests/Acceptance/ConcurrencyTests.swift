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
            let command = try Background.start(["up"], in: project)
            defer { command.abandon() }
            try await eventually("the script runs", within: .seconds(30)) {
                try await project.devenv("ssh", "one", "-c", "test -e /srv/begun").status == 0
            }
            kill(command.process, signal)
            let status = try await command.end(within: .seconds(10))
            #expect(status == 130)
            try await project.expect("ssh", "one", "-c", "sudo touch /srv/go")
            try await project.expect("up")
        }
    }
}

/// The program running beside a test.
private struct Background {
    let process: pid_t

    static func start(_ arguments: [String], in project: AcceptanceProject) throws -> Background {
        let script =
            "cd \"$1\" && shift && DEVENV_HOME=\"$1\" && export DEVENV_HOME && shift && exec \"$@\" >/dev/null 2>&1"
        let words =
            [
                "sh", "-c", script, "sh", project.directory.string, project.binary.home.string,
                BuiltProgram.devenv.string,
            ]
            + arguments
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        var process: pid_t = 0
        let error = posix_spawn(&process, "/bin/sh", nil, nil, &pointers, environ)
        guard error == 0 else { throw Errno(rawValue: error) }
        return Background(process: process)
    }

    /// Ends it where a failed test has left it running; it may have been waited for already.
    func abandon() {
        var status: Int32 = 0
        if waitpid(process, &status, WNOHANG) == 0 { kill(process, SIGKILL) }
    }

    /// Waits for the end and returns the exit status, 128 and the signal where one ended it.
    func end(within limit: Duration) async throws -> Int32 {
        var status: Int32 = 0
        do {
            try await eventually("the command ends", within: limit) { waitpid(process, &status, WNOHANG) == process }
        } catch {
            kill(process, SIGKILL)
            waitpid(process, &status, 0)
            throw error
        }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }
}
