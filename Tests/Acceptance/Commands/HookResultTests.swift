import DevenvHost
import DevenvTestSupport
import FoundationEssentials
import SystemPackage
import Testing

/// What is told of a command whose hooks run after it: whether it went well is known only when they have.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct HookResultTests {
    private static let envfile = """
        version: 1
        defaults: { box: $BOX }
        hooks:
          after:
            up: "echo opening; cat works || { echo no browser; exit 7; }"
            provision: "cat works"
        machines: { one: { provision: [{ name: say, shell: "true" }] } }
        """

    private struct Line: Decodable {
        struct Failure: Decodable {
            let message: String
        }

        let event: String
        let status: String?
        let exitCode: Int?
        let error: Failure?
    }

    /// The lines of a command with `--json`, the last of which must be its only result.
    private static func lines(_ project: AcceptanceProject, _ command: String, status: Int) async throws -> [Line] {
        let outcome = try await project.expect(command, "--json", status: status)
        let lines = try outcome.text.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        #expect(lines.count { $0.event == "result" } == 1 && lines.last?.event == "result", "\(outcome.text)")
        #expect(lines.last?.exitCode == status, "\(outcome.text)")
        return lines
    }

    @Test func theOneResultKnowsHowTheHookEnded() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("trust")
            let failed = try await Self.lines(project, "up", status: 1)
            #expect(failed.contains { $0.event == "finished" } && failed.last?.status == "failed")
            #expect(failed.last?.error?.message.contains("hook after up ended with exit status 7: no browser") == true)
            #expect(try await project.expect("status").text.contains("running"))
            try project.write("", to: "works")
            let done = try await Self.lines(project, "provision", status: 0)
            #expect(done.last?.status == "done" && done.last?.error == nil)
        }
    }

    @Test func theLastWordsComeAfterTheHook() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("trust")
            let failed = try await project.expect("up", status: 1).errors
            let order = [
                "hook after up | no browser\n", "one is ready: ", "error: the hook after up ended", "\nFailed after",
            ]
            let places = order.compactMap { failed.firstRange(of: $0)?.lowerBound }
            #expect(places.count == order.count && places == places.sorted(), "\(failed)")
            #expect(!failed.contains("Done"), "\(failed)")
            try project.write("", to: "works")
            try await project.expect("halt")
            let done = try await project.expect("up").errors
            let said = try #require(done.firstRange(of: "hook after up | opening\n"))
            #expect(done[said.upperBound...].contains("\nDone in "), "\(done)")
            try HostFiles.remove(project.directory.appending("works"))
            let quiet = try await project.expect("provision", "-q", status: 1).errors
            #expect(quiet.hasPrefix("error: the hook after provision ended with exit status 1"), "\(quiet)")
        }
    }

    @Test(.requires(tool: "tmux")) func onATerminalAFailedHookIsNotCalledDone() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("trust")
            try await TerminalWindow.with(["up"], in: project, columns: 100, rows: 30) { window in
                try await eventually("it is over") { try await window.lines().last == "ended with 1" }
                let lines = try await window.lines()
                let order = ["✔ one", "hook after up | no browser", "error: the hook after up", "Failed after"]
                let places = order.compactMap { text in lines.firstIndex { $0.hasPrefix(text) } }
                #expect(places.count == order.count && places == places.sorted(), "\(lines)")
                #expect(!lines.contains { $0.hasPrefix("Done") }, "\(lines)")
            }
        }
    }
}
