import DevenvHost
import DevenvPluginAPI
import DevenvSSH
import DevenvTestSupport
import SystemPackage
import Testing

/// The first login to a machine whose host key nobody knows yet.
@Suite(.requires(tool: "sshd", "ssh", "ssh-keygen", "socat"))
struct FirstLoginTests {
    private static func endpoint(
        _ server: SSHServer, key: FilePath? = nil, proxy: [String]? = nil
    ) -> SSHEndpoint {
        let known = server.endpoint
        return SSHEndpoint(
            host: known.host, port: proxy == nil ? known.port : 1, user: known.user,
            identityFile: key ?? known.identityFile, knownHostsFile: "/dev/null", hostKeyAlias: known.hostKeyAlias,
            hostKey: nil, proxy: proxy)
    }

    private static func login(_ endpoint: SSHEndpoint) -> any Communicator {
        SSHLogin.communicator(for: endpoint, runner: SystemToolRunner())
    }

    @Test func whateverHostKeyIsShownIsAcceptedAndNothingIsRemembered() async throws {
        try await SSHServer.with { server in
            let transcript = Transcript()
            let command = RemoteCommand("cat; echo no >&2; exit 3", input: .bytes(Array("in".utf8)))
            let exit = try await Self.login(Self.endpoint(server)).run(command, output: transcript.handler)
            #expect(exit == .status(3))
            #expect(transcript.text() == "in")
            #expect(transcript.text(.standardError) == "no\n")
            #expect(try HostFiles.list(server.directory.path).filter { $0.hasPrefix("known_hosts") } == ["known_hosts"])
        }
    }

    @Test func aProgramOfRootArrivesWhole() async throws {
        try await SSHServer.with { server in
            let transcript = Transcript()
            let program = RemoteProgram("echo \"$((6 * 7))\"\ndevenv_end 0", asRoot: false)
            let outcome = await program.run(
                on: Self.login(Self.endpoint(server)), input: .stream { nil }, output: transcript.handler)
            guard case .ended(0, _) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(transcript.text() == "42\n")
        }
    }

    @Test func aKeyThatIsNotLetInIsToldFromASilentMachine() async throws {
        try await SSHServer.with { server in
            let other = Self.endpoint(server, key: server.directory.path.appending("host_key"))
            #expect(await code { try await Self.login(other).waitUntilReady(timeout: .seconds(30)) } == .authentication)
        }
        try await SSHServer.prepared { server in
            let nobody = Self.login(Self.endpoint(server))
            #expect(await code { try await nobody.waitUntilReady(timeout: .seconds(30)) } == .refused)
        }
    }

    @Test func aMachineBehindAProgramIsReachedThroughIt() async throws {
        try await SSHServer.with { server in
            let proxy = ["socat", "STDIO", "TCP:127.0.0.1:\(server.endpoint.port)"]
            let transcript = Transcript()
            let login = Self.login(Self.endpoint(server, proxy: proxy))
            let exit = try await login.run(RemoteCommand("echo up"), output: transcript.handler)
            #expect(exit.isSuccess)
            #expect(transcript.text() == "up\n")
        }
    }

    @Test func whoeverEnforcesHostKeysRefusesToGoWithoutOne() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(Self.endpoint(server))
            #expect(await code { _ = try await communicator.execute("true") } == .failed)
        }
    }
}
