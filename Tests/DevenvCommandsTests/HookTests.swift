import DevenvCommands
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Hooks on this host, and the trust that they need.
struct HookTests {
    private static let envfile = """
        version: 1
        name: shop
        hooks:
          before:
            up: ["echo \\"$DEVENV_COMMAND $DEVENV_MACHINES in $PWD\\" >> said", "sh check.sh"]
            destroy: "echo going >> said"
          after:
            up: "printf 'a\\\\033[31mb\\\\nlast'; echo after >> said"
            halt: "false"
            provision: [echo provisioned >> said]
        machines: { web: { box: test } }

        """

    private func with(check: String = "exit 0", _ body: (CommandRig) async throws -> Void) async throws {
        try await CommandRig.with { rig in
            try rig.directory.write(Self.envfile, to: "Envfile")
            try rig.directory.write(check, to: "check.sh")
            try await body(rig)
        }
    }

    @Test func nothingRunsBeforeItIsTrusted() async throws {
        try await with { rig in
            let up = await rig.run("up")
            #expect(up.status == .failed && up.error.contains("'devenv trust --show'"), "\(up.error)")
            #expect(await rig.run("status").output.contains("not created"))
            let shown = await rig.run("trust", "--show").output
            #expect(shown.hasPrefix("Not trusted: these don't run.\n") && shown.contains("before up"))
            let said1 = try rig.directory.read("said")
            #expect(said1 == nil)
            let without = await rig.run("up", "--no-hooks")
            #expect(without.status == .done, "\(without.error)")
            let said2 = try rig.directory.read("said")
            #expect(said2 == nil)
        }
    }

    @Test func theyRunAroundWhatTheyGoWith() async throws {
        try await with { rig in
            #expect(await rig.run("trust").output.hasPrefix("Trusted: these run on this host.\n"))
            let up = await rig.run("up")
            #expect(up.status == .done, "\(up.error)")
            #expect(up.error.contains("hook after up | ab\nhook after up | last\n"), "\(up.error)")
            let place = rig.directory.path.string
            let said3 = try rig.directory.read("said")
            #expect(said3 == "up web in \(place)\nafter\n")
            #expect(await rig.run("up").status == .done)
            let said4 = try rig.directory.read("said")
            #expect(said4 == "up web in \(place)\nafter\n", "there was nothing to do")
            let halt = await rig.run("halt")
            #expect(halt.status == .failed && halt.error.contains("the machines stay as they are now"), "\(halt.error)")
            #expect(await rig.run("status").output.contains("stopped"))
            #expect(await rig.run("destroy", "-f").status == .done)
            let said5 = try rig.directory.read("said")
            #expect(said5?.hasSuffix("going\n") == true)
        }
    }

    @Test func oneThatFailsBeforeKeepsAnythingFromBeingDone() async throws {
        try await with(check: "echo no network; exit 7") { rig in
            #expect(await rig.run("trust").status == .done)
            let up = await rig.run("up")
            #expect(
                up.status == .failed
                    && up.error.contains("the hook before up ended with exit status 7: no network; nothing was done"),
                "\(up.error)")
            #expect(await rig.run("status").output.contains("not created"))
        }
    }

    @Test func noneRunsForWhatIsNotConfirmed() async throws {
        try await with { rig in
            #expect(await rig.run("up", "--no-hooks").status == .done)
            #expect(await rig.run("trust").status == .done)
            let unasked = await rig.run("destroy")
            #expect(unasked.status == .failed && unasked.error.contains("say -f"), "\(unasked.error)")
            let said = try rig.directory.read("said")
            #expect(said == nil)
            #expect(await rig.run("status").output.contains("running"))
        }
    }

    @Test(arguments: ["Envfile", "check.sh", "Envfile.local.yaml"])
    func whatChangedIsNotTrusted(_ file: String) async throws {
        try await with { rig in
            #expect(await rig.run("trust").status == .done)
            let text = try rig.directory.read(file) ?? ""
            try rig.directory.write(text + "# more\n", to: file)
            let up = await rig.run("up")
            #expect(up.status == .failed && up.error.contains("you have not trusted it as it is now"), "\(up.error)")
            try rig.directory.write(text.isEmpty ? "# more\n" : text, to: file)
            if !text.isEmpty { #expect(await rig.run("up").status == .done) }
        }
    }

    /// A hook may look for what it has left behind itself.
    @Test func aFileThatIsOnlyLookedForMayCome() async throws {
        try await with { rig in
            try rig.directory.write(
                Self.envfile.replacing("sh check.sh", with: "test -e seeded || sh -eu check.sh"), to: "Envfile")
            #expect(await rig.run("trust").status == .done)
            try rig.directory.write("", to: "seeded")
            #expect(await rig.run("up").status == .done)
            try rig.directory.write("# more\n", to: "check.sh")
            #expect(await rig.run("trust", "--show").output.hasPrefix("Not trusted"))
        }
    }

    @Test func trustIsTakenBack() async throws {
        try await with { rig in
            #expect(await rig.run("trust").status == .done)
            #expect(await rig.run("trust", "--revoke").output.hasPrefix("Not trusted"))
            #expect(await rig.run("up").status == .failed)
            let document = await rig.run("trust", "--show", "--json").output
            #expect(document.contains(#""trusted" : false"#) && document.contains(#""command" : "halt""#))
        }
    }

    @Test func aBrokenEnvfileKeepsNothingFromGoing() async throws {
        try await with { rig in
            #expect(await rig.run("up", "--no-hooks").status == .done)
            try rig.directory.write(
                "version: 1\nhooks: { before: { destroi: x } }\nmachines: { web: }\n", to: "Envfile")
            #expect(await rig.run("validate").status == .invalidEnvfile)
            #expect(await rig.run("destroy", "-f").status == .done)
        }
    }
}
