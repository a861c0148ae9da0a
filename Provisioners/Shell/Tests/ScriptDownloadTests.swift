import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import ShellProvisioner
import Testing

@Suite struct ScriptDownloadTests {
    /// Answers curl's calls, and no others.
    private struct Curl: ToolRunner {
        let outcome: Result<ToolOutcome, ToolError>

        func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
            #expect(invocation.tool == "curl")
            #expect(invocation.arguments.first == "--disable")
            #expect(invocation.arguments.suffix(2) == ["--url", "https://example.com/x"])
            #expect(invocation.arguments.contains("=http,https"))
            return try outcome.get()
        }
    }

    // printf 'echo loaded' | sha256sum
    private static let digest = "f54b6fc41d6a6f1a0c37a543cb2c40039786c1056a99f2eabe9a719f74cb9932"

    private func run(_ outcome: Result<ToolOutcome, ToolError>, digest: String) async throws -> String {
        let item = shellItem(["url": .string("https://example.com/x"), "sha256": .string(digest)])
        let provisioner = ShellProvisioner(tools: Curl(outcome: outcome))
        return try await ShellProvisionerTests.run(item, by: provisioner).text
    }

    @Test(arguments: [digest, digest.uppercased()]) func aScriptWithTheRightDigestIsRun(digest: String) async throws {
        let outcome = ToolOutcome(status: 0, standardOutput: Array("echo loaded".utf8))
        #expect(try await run(.success(outcome), digest: digest) == "loaded\n")
    }

    @Test func aScriptThatHasChangedIsNotRun() async {
        let outcome = ToolOutcome(status: 0, standardOutput: Array("echo other".utf8))
        let error = await #expect(throws: ProvisionerError.self) {
            try await run(.success(outcome), digest: Self.digest)
        }
        #expect(error?.message.contains(Self.digest) == true)
    }

    @Test func aServerThatRefusesIsQuoted() async {
        let outcome = ToolOutcome(status: 22, standardError: Array("curl: (22) error: 404\n".utf8))
        let error = await #expect(throws: ProvisionerError.self) {
            try await run(.success(outcome), digest: Self.digest)
        }
        #expect(error?.message == "downloading 'https://example.com/x': curl: (22) error: 404")
    }

    @Test func aMissingCurlIsNamed() async {
        let missing = ToolError(.missing, tool: "curl", "'curl' is not installed")
        let error = await #expect(throws: ProvisionerError.self) {
            try await run(.failure(missing), digest: Self.digest)
        }
        #expect(error?.help == "install curl")
    }
}
