import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct BadInputTests {
    private static let one = """
        version: 1
        defaults: { box: $BOX }
        machines:
          one:

        """

    @Test(arguments: [
        ("machines: [", "Envfile:1:12: error:"), ("version: 1\nmachine: {}", "did you mean 'machines'?"),
        ("version: 1\nmachines: {a: {memory: lots}}", "Envfile:2:24: error:"),
        ("version: 1\nmachines: {a: {depends_on: [b]}, b: {depends_on: [a]}}", "a -> b -> a"),
        ("version: 1\nmachines: {a: {provision: [{shell: {path: gone.sh}}]}}", "gone.sh"),
        ("version: 1\nmachines: {a: {container: {privlieged: true}}}", "Envfile:2:28: error:"),
    ])
    func aFaultyEnvfileIsRefusedWithItsPlaceAndTheCure(_ envfile: String, _ expected: String) async throws {
        try await AcceptanceProject.with(envfile) { project in
            for command in ["validate", "plan", "up"] {
                let outcome = try await project.expect(command, status: 2)
                #expect(outcome.errors.contains(expected), "\(command): \(outcome.transcript)")
            }
            #expect(!HostFiles.exists(project.directory.appending(".devenv")))
        }
    }

    @Test func allFaultsAreReportedInOneRun() async throws {
        let envfile =
            "version: 1\nmachines:\n  a: {cpus: -3, forward: [70000:80]}\n  b: {networks: [{name: default, ip: 999.1.1.1}]}"
        try await AcceptanceProject.with(envfile) { project in
            let outcome = try await project.expect("validate", status: 2)
            #expect(
                outcome.errors.split(separator: "\n").filter { $0.contains(": error: ") }.count >= 3,
                "\(outcome.errors)")
        }
    }

    @Test func aMissingBoxNamesTheCommandsThatGetIt() async throws {
        try await AcceptanceProject.with("version: 1\nmachines: {a: {box: nobody/has-this}}") { project in
            let outcome = try await project.expect("up", status: 1)
            #expect(outcome.errors.contains("devenv box build nobody/has-this"), "\(outcome.errors)")
            #expect(!HostFiles.exists(project.directory.appending(".devenv")), "nothing was made")
        }
    }

    @Test func anUnknownTargetStopsBeforeAnythingHappens() async throws {
        try await AcceptanceProject.with(Self.one) { project in
            let outcome = try await project.devenv("up", "oen")
            #expect(outcome.status != 0)
            #expect(outcome.errors.contains("one"), "\(outcome.errors)")
            #expect(!HostFiles.exists(project.directory.appending(".devenv")))
        }
    }

    @Test func aTakenPortIsNamedAndTheNextCommandWorks() async throws {
        let (listener, port) = try LoopbackPort.silent()
        defer { try? listener.close() }  // it was only there to be in the way
        let envfile = Self.one + "    forward: [\(port):80]\n"
        try await AcceptanceProject.with(envfile) { project in
            let outcome = try await project.expect("up", status: 1)
            #expect(outcome.errors.contains(String(port)), "\(outcome.errors)")
            try project.write(Self.one, to: "Envfile")
            try await project.expect("up")
        }
    }

    @Test func aFailingScriptEndsWithItsOutputAndStatus() async throws {
        let envfile = Self.one + "    provision: [{ name: broken, shell: \"echo about to fail; exit 3\" }]\n"
        try await AcceptanceProject.with(envfile) { project in
            let outcome = try await project.expect("up", status: 1)
            #expect(outcome.transcript.contains("about to fail"))
            #expect(outcome.errors.contains("broken"), "\(outcome.errors)")
            #expect(outcome.errors.contains("3"))
        }
    }

    @Test func aScriptWhoseMachineDiesIsAFailureNotASuccess() async throws {
        let envfile = Self.one + "    provision: [{ name: cut, shell: \"pkill -9 sshd; sleep 60\" }]\n"
        try await AcceptanceProject.with(envfile) { project in
            let outcome = try await project.expect("up", status: 1)
            #expect(outcome.errors.contains("connection"), "\(outcome.errors)")
        }
    }

    @Test func withoutATerminalDestroyAsksForTheForce() async throws {
        try await AcceptanceProject.with(Self.one) { project in
            try await project.expect("up")
            let outcome = try await project.devenv("destroy")
            #expect(outcome.status != 0)
            let status = try await project.expect("status")
            #expect(status.text.contains("running"))
        }
    }

    @Test func secretsReachTheScriptAndNothingElse() async throws {
        let envfile = """
            version: 1
            defaults: { box: $BOX }
            secrets: { token: { env: SHOP_TOKEN } }
            machines:
              one:
                provision:
                  - name: use
                    shell: { inline: "echo \\"got $TOKEN\\"; printf %s \\"$TOKEN\\" | sha256sum > /srv/digest", env: { TOKEN: "secret:token" } }
            """
        let secret = "s3cr3t-value-0815"
        try await AcceptanceProject.with(envfile) { project in
            let missing = try await project.expect("up", status: 1)
            #expect(missing.errors.contains("SHOP_TOKEN"), "\(missing.errors)")
            let outcome = try await project.expect("up", environment: ["SHOP_TOKEN": secret])
            #expect(!outcome.transcript.contains(secret), "\(outcome.transcript)")
            let found = try await SystemToolRunner().run(
                ToolInvocation("grep", ["-r", secret, project.directory.string]))
            #expect(found.status == 1, "the secret is in \(found.text)")
            let digest = try await project.expect("ssh", "-c", "sudo cat /srv/digest")
            let expected = try await SystemToolRunner().run(ToolInvocation("sha256sum", [], input: Array(secret.utf8)))
            #expect(digest.text == expected.text)
        }
    }
}
