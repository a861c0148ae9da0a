import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// The ways into machines, and what is known of them from elsewhere.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "ssh-keyscan"))
struct ReachingTests {
    private static let envfile = """
        version: 1
        name: reached
        defaults: { box: $BOX }
        machines:
          db:
          web:
            forward: [{ host: 28690, guest: 22, auto: true }, { host: 28790, guest: 80, auto: true }]
            provision: [{ name: many, shell: "seq 300; echo wrong >&2" }, { name: few, shell: echo few }]
        """

    @Test func theSystemsOwnToolsGetIn() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("up")
            let block = try await project.expect("ssh-config", "web", "--host", "box").text
            #expect(block.hasPrefix("Host box\n") && !block.contains("Host web"), "\(block)")
            try project.write(block, to: "ssh_config")
            let config = project.directory.appending("ssh_config").string
            let inside = try await SystemToolRunner().run(ToolInvocation("ssh", ["-F", config, "box", "hostname"]))
            #expect(inside.text == "web\n", "\(inside.transcript)")
            try await project.expect("ssh-config", "--host", "box", status: 64)
            let both = try await project.expect("ssh-config").text
            #expect(both.contains("Host db\n") && both.contains("Host web\n"), "\(both)")

            let port = try await project.expect("port", "web", "--guest", "22").text
            let scan = ToolInvocation("ssh-keyscan", ["-t", "ed25519", "-p", String(port.dropLast()), "127.0.0.1"])
            #expect(try await SystemToolRunner().run(scan).text.contains("ssh-ed25519"), "\(port)")
            #expect(try await project.expect("port", "web").text.split(separator: "\n").count == 2)
            let none = try await project.expect("port", "web", "--guest", "443", status: 1)
            #expect(none.errors.contains("no port of this host leads to port 443"), "\(none.errors)")
        }
    }

    @Test func severalMachinesAreToldApart() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("up")
            let names = try await project.expect("exec", "--", "hostname")
            #expect(Set(names.text.split(separator: "\n")) == ["db  | db", "web | web"], "\(names.transcript)")
            #expect(names.errors.contains("Succeeded on 2 machines."))
            let mixed = try await project.expect(
                "exec", "db", "web", "--", "sh", "-c", "test $(hostname) = db", status: 3)
            #expect(mixed.errors.contains("error: web: ") && mixed.errors.contains("Failed on 1 of 2 machines."))
            try await project.expect("exec", "db", status: 64)
            let grouped = try await project.expect("exec", "--group", "--", "sh", "-c", "hostname; hostname")
            #expect(grouped.text == "==> db <==\ndb\ndb\n\n==> web <==\nweb\nweb\n", "\(grouped.transcript)")
            let same = try await project.expect("exec", "--", "sh", "-c", "exit 7", status: 1)
            #expect(same.errors == "error: db, web: exit status 7\nFailed on 2 of 2 machines.\n")

            let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let copy = try await project.expect("exec", "-i", "web", "--", "cat", input: bytes)
            #expect(copy.standardOutput == bytes && copy.errors.isEmpty)
            let early = try await project.expect("exec", "-i", "web", "--", "head", "-c", "3", input: bytes)
            #expect(early.standardOutput == Array(bytes.prefix(3)))
            let shared = try await project.expect("exec", "-i", "--", "cat", status: 64)
            #expect(shared.errors.contains("'-i' is for one machine"), "\(shared.errors)")

            let rows = try await project.binary.run(["global-status"], in: "/").text.split(separator: "\n")
            let own = rows.filter { $0.contains(project.directory.string) }
            #expect(own.count == 2 && own.allSatisfy { $0.contains("running") }, "\(rows)")
            let id = try #require(own.first?.split(separator: "/").first)
            #expect(try await project.binary.run(["status", "\(id)/web"], in: "/").text.contains("running"))

            let last = try await project.expect("logs", "web", "--log", "provision-many", "-n", "3").text
            #expect(last.hasSuffix("299\n300\nwrong\n") || last.hasSuffix("299\nwrong\n300\n"), "\(last)")
            #expect(last.split(separator: "\n").count == 3)
            let all = try await project.expect("logs", "web").text
            #expect(all.contains("==> provision-few <==\nfew\n") && !all.contains("\n150\n"), "\(all)")
            let unknown = try await project.expect("logs", "web", "--log", "nothing", status: 64)
            #expect(unknown.errors.contains("provision-few"), "\(unknown.errors)")
        }
    }

    @Test(.requires(tool: "tmux")) func whoFollowsALogSeesWhatIsWritten() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("up", "web")
            let words = ["logs", "web", "--log", "few", "--follow"]
            try await TerminalWindow.with(words, in: project, columns: 80, rows: 20) { window in
                try await eventually("what there is is shown") { try await window.lines() == ["few"] }
                let log = project.directory.pushing(FilePath(".devenv/machines/web/log/provision-few.log"))
                let file = try FileDescriptor.open(log, .writeOnly, options: .append)
                try file.closeAfter { _ = try file.writeAll("more\n".utf8) }
                try await eventually("what comes is shown") { try await window.lines() == ["few", "more"] }
                try await window.press("C-c")
                try await eventually("it is over") { try await window.lines().last == "ended with 130" }
            }
        }
    }

    @Test func anInterruptedExecSaysSo() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("up", "db")
            let words = ["exec", "db", "--json", "--", "sh", "-c", "touch /tmp/begun; sleep 600"]
            async let outcome = project.binary.run(
                words, in: project.directory, environment: ["DEVENV_TEST_MARK": project.directory.string])
            try await eventually("it runs") {
                try await project.devenv("ssh", "db", "-c", "test -e /tmp/begun").status == 0
            }
            let mark = "DEVENV_TEST_MARK=\(project.directory)"
            kill(try #require(ProcessTable.processes(withEnvironment: mark).min()), SIGINT)
            let ended = try await outcome
            #expect(ended.status == 130, "\(ended.transcript)")
            let result = try JSONTree(parsing: ended.text.split(separator: "\n").last ?? "")
            #expect(result["status"]?.text == "interrupted" && result["exitCode"]?.number == 130, "\(ended.text)")
        }
    }
}
