import DevenvHost
import DevenvPluginAPI
import DevenvSSH
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Servers that only a program of this host leads to.
@Suite(.requires(tool: "sshd", "ssh-keygen", "socat"))
struct ProxyTests {
    /// The server of a fixture behind a program; its own address must not be used then.
    private static func endpoint(_ server: SSHServer, _ program: [String]) -> SSHEndpoint {
        let plain = server.endpoint
        return SSHEndpoint(
            host: "no-such-host.invalid", port: 1, user: plain.user, identityFile: plain.identityFile,
            knownHostsFile: plain.knownHostsFile, hostKeyAlias: plain.hostKeyAlias, hostKey: plain.hostKey,
            proxy: program)
    }

    private static func socat(to server: SSHServer) -> [String] {
        ["socat", "STDIO", "TCP:127.0.0.1:\(server.endpoint.port)"]
    }

    /// A name by which the program of one test is found among all processes.
    private static func sleeper(_ server: SSHServer) -> String { "\(server.directory.path)/sleeper" }

    @Test func commandsRunThroughAProgram() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(Self.endpoint(server, Self.socat(to: server)))
            try await communicator.waitUntilReady(timeout: .seconds(30))
            let half = [UInt8](repeating: 7, count: 3_000_000)
            let echo = try await communicator.execute("wc -c", input: .bytes(half)).output
            #expect(echo.filter(\.isNumber) == "3000000")
            let many = try await communicator.execute("head -c 3000000 /dev/zero | tr '\\0' a").output
            #expect(many.utf8.count == 3_000_000)
            await communicator.close()
        }
    }

    @Test func theProgramAndWhatItStartedEndWithTheConnection() async throws {
        try await SSHServer.with { server in
            // a shell with a child that holds no end of the socket and would outlive it
            let sleeper = Self.sleeper(server)
            try #require(symlink("/bin/sleep", sleeper) == 0)
            let script =
                "\(sleeper) 600 </dev/null >/dev/null 2>&1 & exec \(Self.socat(to: server).joined(separator: " "))"
            let communicator = SSHCommunicator(Self.endpoint(server, ["sh", "-c", script]))
            _ = try await communicator.execute("true")
            #expect(ProcessTable.processes(withArgument: sleeper).count == 1)
            await communicator.close()
            try await eventually("the child has ended") {
                ProcessTable.processes(withArgument: sleeper).isEmpty
            }
        }
    }

    @Test func aReleasedCommunicatorLeavesNoProgram() async throws {
        try await SSHServer.with { server in
            _ = try await SSHCommunicator(Self.endpoint(server, Self.socat(to: server))).execute("true")
            let target = "TCP:127.0.0.1:\(server.endpoint.port)"
            try await eventually("the program has ended") { ProcessTable.processes(withArgument: target).isEmpty }
        }
    }

    @Test func aMachineThatComesUpLaterIsWaitedFor() async throws {
        try await SSHServer.prepared { server in
            let communicator = SSHCommunicator(Self.endpoint(server, Self.socat(to: server)))
            let ready = Task { try await communicator.waitUntilReady(timeout: .seconds(30)) }
            try await server.serve {
                try await ready.value
                let up = try await communicator.execute("echo up").output
                #expect(up == "up\n")
                await communicator.close()
            }
        }
    }

    @Test func aProgramThatEndsSaysWhy() async throws {
        try await SSHServer.prepared { server in
            let communicator = SSHCommunicator(Self.endpoint(server, ["sh", "-c", "echo no such place >&2; exit 7"]))
            let error = await #expect(throws: CommunicatorError.self) {
                _ = try await communicator.execute("true")
            }
            #expect(error?.code == .connectionLost)
            #expect(
                error?.message.contains("the program ended with status 7: no such place") == true, "\(error as Any)")
        }
    }

    @Test func aProgramThatIsNotInstalledIsNotTriedAgain() async throws {
        try await SSHServer.prepared { server in
            let communicator = SSHCommunicator(Self.endpoint(server, ["no-such-program"]))
            let start = ContinuousClock.now
            let error = await #expect(throws: CommunicatorError.self) {
                try await communicator.waitUntilReady(timeout: .seconds(60))
            }
            #expect(error?.code == .failed)
            #expect(error?.message.contains("'no-such-program' is not installed") == true, "\(error as Any)")
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test func aRelayThatNeverServesEarlyConnectionsIsSoonTriedAgain() async throws {
        try await SSHServer.with { server in
            // the first two connections are taken and left alone, as slirp does before its guest listens
            let mark = "\(server.directory.path)/mark"
            let script =
                "mkdir \(mark)1 2>/dev/null && exec sleep 600\nmkdir \(mark)2 2>/dev/null && exec sleep 600\nexec "
                + Self.socat(to: server).joined(separator: " ")
            try server.directory.write(script, to: "relay")
            let relay = try LoopbackPort.free()
            let listener = [
                "socat", "TCP-LISTEN:\(relay),bind=127.0.0.1,reuseaddr,fork", "EXEC:sh \(server.directory.path)/relay",
            ]
            let (program, socket) = try ConnectedProgram.start(listener)
            let plain = server.endpoint
            let communicator = SSHCommunicator(
                SSHEndpoint(
                    host: "127.0.0.1", port: relay, user: plain.user, identityFile: plain.identityFile,
                    knownHostsFile: plain.knownHostsFile, hostKeyAlias: plain.hostKeyAlias, hostKey: plain.hostKey))
            let start = ContinuousClock.now
            try await communicator.waitUntilReady(timeout: .seconds(60))
            #expect(ContinuousClock.now - start < .seconds(15))  // not ten seconds for each
            await communicator.close()
            await program.end()
            try socket.close()
        }
    }
}
