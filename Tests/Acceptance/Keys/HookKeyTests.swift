import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// What hooks see, and when they are refused.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct HookKeyTests {
    static let plain = """
        version: 1
        name: hooked
        machines:
          one: { box: $BOX, provision: [{ name: mark, shell: "true" }] }
          two: { box: $BOX, autostart: false }

        """
    private static let commands = [["up"], ["provision"], ["halt"], ["destroy", "-f"]]

    /// Each says what it goes with, to the terminal and into a file.
    static let hooks =
        "hooks:\n"
        + ["before", "after"].map { moment in
            "  \(moment):\n"
                + commands.map { words in
                    let text = "\(moment) $DEVENV_COMMAND: $DEVENV_MACHINES of $DEVENV_PROJECT"
                    return "    \(words[0]): ['echo \"\(text)\" | tee -a said']\n"
                }.joined()
        }.joined()

    /// Runs a test with the hooks, without which the machines are taken down however it ends.
    private static func with(_ body: @Sendable (AcceptanceProject) async throws -> Void) async throws {
        try await AcceptanceProject.with(plain) { project in
            defer { try? project.write(plain, to: "Envfile") }  // then taking them down fails too, and tells
            try project.write(plain + hooks, to: "Envfile")
            try await body(project)
        }
    }

    private static func said(_ project: AcceptanceProject) throws -> String? {
        try HostFiles.read(project.directory.appending("said")).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func theyRunAroundWhatTheyGoWithOnceTheyAreTrusted() async throws {
        try await Self.with { project in
            try await project.expectUpFails(saying: "'devenv trust --show'")
            #expect(try Self.said(project) == nil)
            #expect(try await project.expect("status").text.contains("not created"))
            try await project.expect("trust")
            var expected = ""
            for words in Self.commands {
                let outcome = try await project.binary.run(words, in: project.directory)
                #expect(outcome.status == 0, "\(outcome.transcript)")
                let said = ["before", "after"].map { "\($0) \(words[0]): one of hooked" }
                let lines = outcome.errors.split(separator: "\n").filter { $0.contains("hook ") || $0.contains("==>") }
                #expect(lines.first == "hook before \(words[0]) | \(said[0])", "\(outcome.errors)")
                #expect(lines.last == "hook after \(words[0]) | \(said[1])", "\(outcome.errors)")
                #expect(lines.contains { $0.hasPrefix("one | ==>") }, "\(outcome.errors)")
                expected += said.map { $0 + "\n" }.joined()
            }
            #expect(try Self.said(project) == expected)
        }
    }

    @Test func changedOnesAreRefusedAndOneThatFailsKeepsTheMachineAsItIs() async throws {
        try await Self.with { project in
            try await project.expect("up", "--no-hooks")
            #expect(try Self.said(project) == nil)
            try await project.expect("trust")
            try project.write(Self.plain + "hooks: { before: { halt: echo no; exit 3 } }\n", to: "Envfile")
            let changed = try await project.expect("halt", status: 1)
            #expect(changed.errors.contains("you have not trusted it as it is now"), "\(changed.errors)")
            try await project.expect("trust")
            let failed = try await project.expect("halt", status: 1)
            #expect(failed.errors.contains("the hook before halt ended with exit status 3: no"), "\(failed.errors)")
            #expect(try await project.expect("status", "one").text.contains("running"))
            try await project.expect("trust", "--revoke")
            try await project.expect("halt", "--no-hooks")
            #expect(try await project.expect("status", "one").text.contains("stopped"))
        }
    }
}
