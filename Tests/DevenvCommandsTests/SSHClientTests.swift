import DevenvCommands
import DevenvGuest
import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@Suite struct SSHClientTests {
    private static func endpoint(_ directory: FilePath = "/p/.devenv/machines/web-1") -> SSHEndpoint {
        SSHEndpoint(
            host: "10.60.0.11", port: 2222, user: "dev", identityFile: directory.appending("id_ed25519"),
            knownHostsFile: directory.appending("known_hosts"), hostKeyAlias: "web-1.0123456789abcdef",
            hostKey: "ssh-ed25519 AAAA")
    }

    @Test func aShellIsReachedWithTheMachinesOwnKeyOnly() {
        let arguments = SSHArguments.make(
            SSHClientOptions(endpoint: Self.endpoint()), .shell, further: ["-L", "1:b:2"])
        #expect(
            arguments == [
                "-F", "none", "-o", "User=dev", "-o", "Port=2222", "-o",
                "IdentityFile=/p/.devenv/machines/web-1/id_ed25519", "-o", "IdentitiesOnly=yes", "-o",
                "UserKnownHostsFile=/p/.devenv/machines/web-1/known_hosts", "-o", "GlobalKnownHostsFile=/dev/null",
                "-o",
                "StrictHostKeyChecking=yes", "-o", "HostKeyAlias=web-1.0123456789abcdef", "-o",
                "KexAlgorithms=^curve25519-sha256", "-o", "LogLevel=ERROR", "-o", "ForwardAgent=no", "10.60.0.11", "-L",
                "1:b:2",
            ])
    }

    @Test(arguments: [(true, "-t"), (false, "-T")])
    func aCommandComesLastAndIsOneWord(_ terminal: Bool, _ flag: String) {
        let options = SSHClientOptions(endpoint: Self.endpoint(), forwardsAgent: true, config: "/home/me/my config")
        let arguments = SSHArguments.make(options, .command("-x 'a b'", terminal: terminal))
        #expect(arguments.prefix(2) == ["-F", "/home/me/my config"])
        #expect(arguments.contains("ForwardAgent=yes"))
        #expect(arguments.suffix(4) == [flag, "10.60.0.11", "--", "-x 'a b'"])
    }

    @Test(.requires(tool: "ssh")) func aMachineBehindAProgramIsReachedThroughIt() async throws {
        try await TemporaryDirectory.with { root in
            let words = ["sh", "-c", "printf '%s|' \"$@\" >&2", "sh", "a b", "it's", "50%h", "$HOME"]
            let plain = Self.endpoint()
            let endpoint = SSHEndpoint(
                host: plain.host, port: 22, user: "dev", identityFile: plain.identityFile,
                knownHostsFile: plain.knownHostsFile, hostKeyAlias: plain.hostKeyAlias, hostKey: plain.hostKey,
                proxy: words)
            let block = try root.write(SSHConfigBlock.render("web", SSHClientOptions(endpoint: endpoint)), to: "config")
            let calls = [
                ["-F", block.string, "web"], SSHArguments.make(SSHClientOptions(endpoint: endpoint), .shell),
            ]
            for call in calls {
                // ssh runs the program, gets no server's banner from it and ends; what it was given is on standard error
                let outcome = try await SystemToolRunner().run(ToolInvocation("ssh", call))
                let told = String(decoding: outcome.standardError, as: UTF8.self)
                #expect(told.hasPrefix("a b|it's|50%h|$HOME|"), "\(told)")
            }
        }
    }

    @Test(.requires(tool: "ssh"), arguments: ["plain", "with blank", "50% of it's #1", "a\"b"])
    func theBlockMeansToSshWhatWeMean(_ name: String) async throws {
        try await TemporaryDirectory.with { root in
            let directory = root.path.appending(name)
            try HostFiles.makeDirectory(directory)
            let endpoint = Self.endpoint(directory)
            let file = root.path.appending("config")
            let block = SSHConfigBlock.render("web", SSHClientOptions(endpoint: endpoint))
            try AtomicFile.write(Array(block.utf8), to: file, durable: false)
            let outcome = try await SystemToolRunner().run(ToolInvocation("ssh", ["-G", "-F", file.string, "web"]))
            try #require(outcome.status == 0, "\(outcome.complaint)")
            let lines = outcome.text.split(separator: "\n").map(String.init)
            #expect(lines.contains("hostname 10.60.0.11"))
            #expect(lines.contains("port 2222"))
            #expect(lines.contains("user dev"))
            // ssh shows this one with its tokens, and the next one without
            let identity = endpoint.identityFile.string.replacing("%", with: "%%")
            #expect(lines.contains("identityfile \(identity)"))
            #expect(
                lines.contains { $0.hasPrefix("userknownhostsfile ") && $0.contains(endpoint.knownHostsFile.string) })
            #expect(lines.contains("hostkeyalias web-1.0123456789abcdef"))
            #expect(lines.contains("stricthostkeychecking true"))
            #expect(lines.contains { $0.hasPrefix("kexalgorithms curve25519-sha256,") })
        }
    }
}
