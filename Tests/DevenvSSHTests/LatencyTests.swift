import DevenvPluginAPI
import DevenvSSH
import DevenvTestSupport
import Testing

/// How long things take. The limits are generous, as other tests run at the same time: they catch the stalls of 40 ms that
/// Nagle's algorithm and delayed acknowledgements cause, several of which would add up.
@Suite(.requires(tool: "sshd", "ssh-keygen"))
struct LatencyTests {
    @Test func aCommandOverAnOpenConnectionTakesMilliseconds() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            try await communicator.waitUntilReady(timeout: .seconds(30))
            let best = try await shortest(of: 20) { _ = try await communicator.execute("true") }
            print("a command over an open connection: \(best)")
            #expect(best < .milliseconds(30))
        }
    }

    @Test func connectingAndLoggingInStallsNowhere() async throws {
        try await SSHServer.with { server in
            let best = try await shortest(of: 10) {
                let communicator = SSHCommunicator(server.endpoint)
                _ = try await communicator.execute("true")
                await communicator.close()
            }
            print("connecting, logging in and a command: \(best)")
            #expect(best < .milliseconds(200))
        }
    }

    private func shortest(of count: Int, _ body: () async throws -> Void) async throws -> Duration {
        var best = Duration.seconds(60)
        for _ in 0..<count { best = try await min(best, ContinuousClock().measure(body)) }
        return best
    }
}
