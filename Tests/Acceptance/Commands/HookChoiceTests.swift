import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Hooks of a checked-in Envfile: whether they run is the user's choice.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct HookChoiceTests {
    private static let plain = """
        version: 1
        name: hooked
        defaults: { box: $BOX }
        machines: { one: { provision: [{ name: say, shell: "true" }] } }

        """
    private static let say = "echo $DEVENV_COMMAND $DEVENV_MACHINES of $DEVENV_PROJECT >> said"
    private static let envfile =
        plain + "hooks: { before: { up: '\(say)', provision: '\(say)', halt: '\(say)', destroy: '\(say)' } }\n"

    @Test func nobodyHasToRunThem() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            // so that what a failure leaves can be destroyed; where it can't be written nothing can
            defer { try? project.write(Self.plain, to: "Envfile") }
            let shown = try await project.expect("trust", "--show").text
            #expect(shown.hasPrefix("Not trusted") && shown.contains("before destroy"), "\(shown)")
            #expect(try await project.expect("trust").text.hasPrefix("Trusted"))
            try await project.expect("up", "--no-hooks")
            try await project.expect("provision", "--no-hooks")
            try await project.expect("halt", "--no-hooks")
            try await project.expect("up", "--no-hooks")
            #expect(try await project.expect("trust", "--revoke").text.hasPrefix("Not trusted"))
            for words in [["provision"], ["halt"], ["destroy", "-f"]] {
                let outcome = try await project.binary.run(words, in: project.directory)
                #expect(outcome.status == 1 && outcome.errors.contains("devenv trust"), "\(outcome.transcript)")
            }
            #expect(try await project.expect("status").text.contains("running"))
            try await project.expect("destroy", "-f", "--no-hooks")
            #expect(!HostFiles.exists(project.directory.appending("said")))
            try await project.expect("trust", "--show", "--revoke", status: 64)
        }
    }
}
