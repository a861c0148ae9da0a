import DevenvHost
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvEngine

@Suite struct SecretResolverTests {
    /// Answers with the call that it was given.
    private struct Echo: ToolRunner {
        func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
            ToolOutcome(status: invocation.arguments == ["fail"] ? 3 : 0, standardOutput: Array("\(invocation)\n".utf8))
        }
    }

    private let resolver = SecretResolver(
        runner: Echo(), environment: ["TOKEN": "from the environment"], directory: "/project")

    @Test(arguments: [
        (["pass", "show", "db"], "pass show db"), (["./scripts/password.sh"], "/project/scripts/password.sh"),
        (["../tools/secret", "x y"], "/tools/secret 'x y'"), (["/usr/bin/secret"], "/usr/bin/secret"),
    ])
    func aCommandIsFoundFromTheEnvfilesDirectoryAndRunWithoutAShell(_ words: [String], _ call: String) async throws {
        #expect(try await resolver.value(of: "db", from: .command(words)).secret == call)
    }

    @Test func aCommandThatFailsIsNamedWithItsStatus() async {
        let error = await #expect(throws: EngineError.self) {
            try await resolver.value(of: "db", from: .command(["pass", "fail"]))
        }
        #expect(error?.message.contains("exit status 3") == true)
        #expect(error?.help == "run the command by hand: pass fail")
    }

    @Test func aVariableIsTakenFromTheEnvironment() async throws {
        #expect(try await resolver.value(of: "token", from: .environment("TOKEN")).secret == "from the environment")
        let error = await #expect(throws: EngineError.self) {
            try await resolver.value(of: "token", from: .environment("NONE"))
        }
        #expect(error?.message.contains("NONE, which is not set") == true)
    }

    @Test func sopsIsCalledForTheValueThatTheKeysLeadTo() async throws {
        try await TemporaryDirectory.with { directory in
            let file = try directory.write("{}", to: "db.yaml")
            let keys = ["db", "pass\"w\\d", "0"]
            let call = try await resolver.value(of: "db", from: .sops(file, keys: keys, identity: nil)).secret
            #expect(call == #"sops --decrypt --extract '["db"]["pass"w\d"][0]' \#(file)"#)
            let whole = try await resolver.value(of: "db", from: .sops(file, keys: [], identity: "k")).secret
            #expect(whole == "sops --decrypt \(file)")
        }
    }

    @Test func whatIsNoTextIsRefused() async throws {
        try await TemporaryDirectory.with { directory in
            let file = directory.path.appending("raw")
            try AtomicFile.write([0x61, 0xFF, 0x62], to: file, durable: false)
            let error = await #expect(throws: EngineError.self) {
                try await resolver.value(of: "key", from: .file(file))
            }
            #expect(error?.message == "reading the secret 'key': it is not UTF-8 text")
        }
    }

    @Test func aMissingFileIsNamedInFull() async {
        let error = await #expect(throws: EngineError.self) {
            try await resolver.value(of: "key", from: .file("gone/key"))
        }
        #expect(error?.message.contains("/project/gone/key") == true)
    }
}
