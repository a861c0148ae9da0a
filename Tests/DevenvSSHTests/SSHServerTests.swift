import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@Suite(.requires(tool: "sshd", "ssh", "ssh-keygen"))
struct SSHServerTests {
    @Test func theServerOfTheTestsLetsItsKeyInAndLeavesNothingBehind() async throws {
        let directory = try await SSHServer.with { server in
            let endpoint = server.endpoint
            let outcome = try await SystemToolRunner().run(
                ToolInvocation(
                    "ssh",
                    [
                        "-F", "/dev/null", "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=\(endpoint.knownHostsFile)",
                        "-o", "HostKeyAlias=\(endpoint.hostKeyAlias)", "-i", endpoint.identityFile.string,
                        "-p", "\(endpoint.port)", "\(endpoint.user)@\(endpoint.host)",
                        "sleep 1000 >/dev/null 2>&1 </dev/null & echo hello",
                    ], timeout: .seconds(20)))
            #expect(outcome.text == "hello\n")
            return server.directory.path
        }
        #expect(HostFiles.kind(directory) == nil)
        #expect(ProcessTable.processes(withArgument: directory.string).isEmpty)
        #expect(ProcessTable.processes(withEnvironment: "DEVENV_TEST_SERVER=\(directory)").isEmpty)
    }
}
