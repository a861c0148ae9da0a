import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// What a script is run by and as, where it comes from, and what is seen of it.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct ScriptKeyTests {
    static func envfile(_ items: [String]) -> String {
        "version: 1\nmachines:\n  one:\n    box: $BOX\n    provision:\n"
            + items.map { "      - \($0)\n" }.joined()
    }

    /// What they say is put together by the shell: it stands nowhere but in the output.
    static let speaking = [
        """
        shell: { inline: 'id -un > ~/mine; echo ${BASH_VERSION:+bash} $- >> ~/mine', privileged: false, \
        interpreter: [/bin/bash, -e, -f] }
        """,
        "shell: { inline: \"id -un > /srv/roots; echo whis''pered\", sensitive: true }", "shell: echo sho''uted",
    ]
    static func fetched(_ url: String, _ digest: String) -> String {
        "{ name: fetched, shell: { url: \"\(url)\", sha256: \(digest), args: first } }"
    }
    static func ending(_ mayReboot: Bool) -> String {
        "{ name: gone, timeout: 10s, shell: { inline: \"kill -TERM 1; sleep 60\", reboot: \(mayReboot) } }"
    }

    @Test func aScriptRunsAsTheUserByItsInterpreterAndASensitiveOneIsNotHeard() async throws {
        try await AcceptanceProject.with(Self.envfile(Self.speaking)) { project in
            let up = try await project.expect("up")
            #expect(try await project.said("cat ~/mine").hasPrefix("dev\nbash ef"))
            #expect(try await project.said("cat /srv/roots") == "root\n")
            let logs = try await project.expect("logs", "one")
            for said in [up.transcript, logs.transcript] {
                #expect(said.contains("shouted") && !said.contains("whispered"), "\(said)")
            }
            let search = ToolInvocation("grep", ["-r", "whispered", project.directory.string])
            #expect(try await SystemToolRunner().run(search).status == 1)
        }
    }

    @Test(.requires(tool: "python3", "curl"))
    func aScriptOfAWebServerIsRunOnlyWhereItIsTheOneThatWasLookedAt() async throws {
        let script = "#!/bin/sh\necho \"$1\" >> /srv/fetched\n"
        let digest = SHA256.hexadecimal(of: Array(script.utf8))
        try await WebServer.with { server in
            try server.serve(Array(script.utf8), at: "/setup.sh")
            let url = server.url("/setup.sh")
            try await AcceptanceProject.with(Self.envfile([Self.fetched(url, digest)])) { project in
                try await project.expect("up")
                #expect(try await project.said("cat /srv/fetched") == "first\n")
                let other = script + "echo more >> /srv/fetched\n"
                try server.serve(Array(other.utf8), at: "/setup.sh")
                let refused = try await project.expect("provision", status: 1)
                let found = SHA256.hexadecimal(of: Array(other.utf8))
                #expect(
                    refused.errors.contains("its sha256 is \(found), not \(digest), so it is not run"),
                    "\(refused.errors)")
                #expect(try await project.said("cat /srv/fetched") == "first\n")
                try project.write(Self.envfile(["shell: { url: \"\(url)\" }"]), to: "Envfile")
                let unnamed = try await project.expect("validate", status: 2)
                #expect(unnamed.errors.contains("a script from a web server needs its 'sha256'"), "\(unnamed.errors)")
            }
        }
    }

    /// A container does not start again by itself: that it is waited for is seen by what is said when it stays away.
    @Test func aLostMachineIsWaitedForOnlyWhereTheScriptMayRestartIt() async throws {
        let next = "{ name: next, shell: touch /srv/next }"
        try await AcceptanceProject.with(Self.envfile([Self.ending(false), next])) { project in
            try await project.expectUpFails(saying: "if the script restarts the machine, say reboot: true")
            try project.write(Self.envfile([Self.ending(true), next]), to: "Envfile")
            try await project.expectUpFails(saying: "the machine did not come back after its restart")
            try project.write(Self.envfile(["{ name: gone, shell: \"true\" }"]), to: "Envfile")
            try await project.expect("up")
            #expect(try await project.said("ls /srv") == "", "nothing ran after it")
        }
    }
}
