import DevenvPluginAPI
import DevenvSSH
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Connections to a real sshd, and to what is not one.
@Suite(.requires(tool: "sshd", "ssh-keygen"))
struct ConnectionTests {
    @Test func aWrongHostKeyIsRefusedAtOnceBeforeAnythingIsShown() async throws {
        try await SSHServer.with { server in
            let wrong = server.endpoint.changed(hostKey: server.endpoint.hostKey?.replacingLastLetters())
            let communicator = SSHCommunicator(wrong)
            let start = ContinuousClock.now
            #expect(await code { try await communicator.waitUntilReady(timeout: .seconds(60)) } == .wrongHostKey)
            #expect(await code { _ = try await communicator.execute("true") } == .wrongHostKey)
            #expect(ContinuousClock.now - start < .seconds(10))
            let log = try server.directory.read("sshd.log") ?? ""
            #expect(!log.isEmpty && !log.contains("publickey"))
        }
    }

    @Test func aWrongKeyIsRefusedAtOnce() async throws {
        try await SSHServer.with { server in
            let other = server.endpoint.changed(identityFile: server.directory.path.appending("host_key"))
            let start = ContinuousClock.now
            #expect(
                await code { try await SSHCommunicator(other).waitUntilReady(timeout: .seconds(60)) } == .authentication
            )
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test(arguments: ["missing", "garbage"])
    func aKeyThatCannotBeReadIsALocalFailure(_ name: String) async throws {
        try await SSHServer.with { server in
            try server.directory.write("no key at all\n", to: "garbage")
            let other = server.endpoint.changed(identityFile: server.directory.path.appending(name))
            #expect(await code { _ = try await SSHCommunicator(other).execute("true") } == .localFile)
        }
    }

    @Test func aRefusedPortIsTriedUntilTheTimeIsOver() async throws {
        try await SSHServer.prepared { server in
            let communicator = SSHCommunicator(server.endpoint)
            let start = ContinuousClock.now
            #expect(await code { try await communicator.waitUntilReady(timeout: .milliseconds(300)) } == .refused)
            #expect(ContinuousClock.now - start > .milliseconds(150))
            #expect(await code { _ = try await communicator.execute("true") } == .refused)
        }
    }

    @Test func aSilentPortIsGivenUpWhenTheTimeIsOver() async throws {
        try await SSHServer.prepared { server in
            let (socket, port) = try LoopbackPort.silent()
            let communicator = SSHCommunicator(server.endpoint.changed(port: port))
            let start = ContinuousClock.now
            #expect(await code { try await communicator.waitUntilReady(timeout: .milliseconds(400)) } == .silent)
            #expect(ContinuousClock.now - start < .seconds(5))
            try socket.close()
        }
    }

    @Test func waitingForASilentPortCanBeCancelled() async throws {
        try await SSHServer.prepared { server in
            let (socket, port) = try LoopbackPort.silent()
            let communicator = SSHCommunicator(server.endpoint.changed(port: port))
            let start = ContinuousClock.now
            let wait = Task { await code { try await communicator.waitUntilReady(timeout: .seconds(60)) } }
            try await eventually("the connection is there") { try LoopbackPort.hasClient(socket) }
            wait.cancel()
            #expect(await wait.value == .cancelled)
            #expect(ContinuousClock.now - start < .seconds(30))  // not the 60 s that it would have waited
            try socket.close()
        }
    }

    @Test func aHostWithoutANameIsSilent() async throws {
        try await SSHServer.prepared { server in
            let nowhere = server.endpoint.changed(host: "no-such-host.invalid")
            #expect(await code { _ = try await SSHCommunicator(nowhere).execute("true") } == .silent)
        }
    }

    @Test func aMachineThatComesUpLaterIsWaitedFor() async throws {
        try await SSHServer.prepared { server in
            let communicator = SSHCommunicator(server.endpoint)
            let ready = Task { try await communicator.waitUntilReady(timeout: .seconds(30)) }
            try await server.serve {
                try await ready.value
                let up = try await communicator.execute("echo up").output
                #expect(up == "up\n")
            }
        }
    }

    @Test func aConnectionThatBreaksInTheMiddleOfACommandIsNoExitStatus() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            let run = try await begunCommand(on: communicator)
            try server.killConnections()
            #expect(await run.value == .connectionLost)
            let again = try await communicator.execute("echo again").output
            #expect(again == "again\n")
        }
    }

    @Test func aConnectionThatBrokeWhileNobodyUsedItIsMadeAgain() async throws {
        try await SSHServer.prepared { server in
            let communicator = SSHCommunicator(server.endpoint)
            for _ in 0..<3 {
                try await server.serve {
                    let up = try await communicator.execute("echo up").output
                    #expect(up == "up\n")
                }
            }
        }
    }

    @Test func cancellingACommandEndsItAndSparesTheOthers() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            async let other = communicator.execute("sleep 1; echo unharmed")
            let run = try await begunCommand(on: communicator)
            let start = ContinuousClock.now
            run.cancel()
            #expect(await run.value == .cancelled)
            #expect(ContinuousClock.now - start < .seconds(100))  // not the 600 s of the command
            #expect(try await other.output == "unharmed\n")
            #expect(try server.connectionCount() == 1)
        }
    }

    @Test func aCommandThatReadsNothingCanBeCancelledWhileItsInputIsSent() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            let input = RemoteInput.bytes([UInt8](repeating: 0, count: 30_000_000))
            let start = ContinuousClock.now
            let failure = await code {
                _ = try await communicator.execute("sleep 600", input: input, timeout: .milliseconds(300))
            }
            #expect(failure == .timedOut)
            #expect(ContinuousClock.now - start < .seconds(100))  // not the 600 s of the command
            let next = try await communicator.execute("echo next").output
            #expect(next == "next\n")
        }
    }

    @Test func aCommandThatTakesTooLongIsGivenUp() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            let start = ContinuousClock.now
            #expect(
                await code { _ = try await communicator.execute("sleep 600", timeout: .milliseconds(200)) } == .timedOut
            )
            #expect(ContinuousClock.now - start < .seconds(100))  // not the 600 s of the command
            let next = try await communicator.execute("echo next").output
            #expect(next == "next\n")
        }
    }

    @Test func aClosedCommunicatorConnectsAgainAndClosingTwiceIsFine() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            _ = try await communicator.execute("true")
            await communicator.close()
            await communicator.close()
            try await eventually("the server has seen the end") { try server.connectionCount() == 0 }
            let again = try await communicator.execute("echo again").output
            #expect(again == "again\n")
        }
    }

    @Test func closingEndsTheCommandsThatRun() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            let run = try await begunCommand(on: communicator)
            await communicator.close()
            #expect(await run.value == .connectionLost)
        }
    }

    /// A command that would take ten minutes, once it has begun; its value is the code of the error that it ends with.
    private func begunCommand(on communicator: SSHCommunicator) async throws -> Task<CommunicatorError.Code?, Never> {
        let transcript = Transcript()
        let run = Task {
            await code {
                _ = try await communicator.run(RemoteCommand("echo begun; sleep 600"), output: transcript.handler)
            }
        }
        try await eventually("the command has begun") { transcript.text() == "begun\n" }
        return run
    }

    @Test func aReleasedCommunicatorLeavesNoConnection() async throws {
        try await SSHServer.with { server in
            _ = try await SSHCommunicator(server.endpoint).execute("true")
            try await eventually("the server has seen the end") { try server.connectionCount() == 0 }
        }
    }
}

extension SSHEndpoint {
    fileprivate func changed(
        host: String? = nil, port: UInt16? = nil, identityFile: FilePath? = nil, hostKey: String? = nil
    ) -> SSHEndpoint {
        SSHEndpoint(
            host: host ?? self.host, port: port ?? self.port, user: user,
            identityFile: identityFile ?? self.identityFile, knownHostsFile: knownHostsFile,
            hostKeyAlias: hostKeyAlias, hostKey: hostKey ?? self.hostKey)
    }
}

extension String {
    fileprivate func replacingLastLetters() -> String { String(dropLast(4)) + "AAAA" }
}
