import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import ShellProvisioner
import SystemPackage
import Testing

@Suite struct ShellValidationTests {
    private static let digest = String(repeating: "0f", count: 32)

    private func problems(
        _ options: KeyValuePairs<String, OptionTree.Value>, in directory: FilePath = "/nonexistent",
        secrets: Set<String> = []
    ) -> [Diagnostic] {
        ShellProvisioner().validate(shellItem(options), in: project(directory, secrets: secrets))
    }

    @Test func whatIsRightIsAccepted() {
        let options: KeyValuePairs<String, OptionTree.Value> = [
            "inline": .string("#!/bin/bash\nexit\n"),
            "args": .list([OptionTree(.integer(1)), OptionTree(.string("x"))]),
            "env": map(["A_1": "secret:token", "b": ""]), "privileged": .boolean(false), "sensitive": .boolean(true),
            "reboot": .boolean(true),
        ]
        #expect(problems(options, secrets: ["token"]) == [])
        #expect(problems(["url": .string("https://example.com/x"), "sha256": .string(Self.digest)]) == [])
        let text = ProvisionerSpec(name: Located("x"), kind: Located("shell"), options: OptionTree(.string("exit")))
        #expect(ShellProvisioner().validate(text, in: project()) == [])
    }

    @Test func aScriptComesFromExactlyOnePlace() {
        #expect(problems([:]).map(\.location?.line) == [1])
        #expect(problems(["args": list(["x"])]).first?.message.contains("none is given") == true)
        let two = problems(["inline": .string("x"), "path": .string("y")])
        #expect(two.map(\.location?.line) == [3])
        #expect(two.first?.message.contains("only one") == true)
        #expect(problems(["inline": .string("")]).count == 1)
        #expect(
            problems(["inline": .list([])]).map(\.message) == ["'inline' must be a text (put it in quotes), not a list"]
        )
    }

    @Test func aDownloadNeedsItsDigest() {
        #expect(problems(["url": .string("https://example.com/x")]).map(\.location?.line) == [2])
        #expect(problems(["url": .string("file:///x"), "sha256": .string(Self.digest)]).map(\.location?.line) == [2])
        #expect(
            problems(["url": .string("https://example.com/x"), "sha256": .string("12")]).map(\.location?.line) == [3])
        #expect(problems(["inline": .string("x"), "sha256": .string(Self.digest)]).map(\.location?.line) == [3])
    }

    @Test func allMistakesAreReportedAtOnce() {
        let found = problems([
            "inline": .string("true"), "env": map(["1A": "x", "UID": "0", "A": "a\0b"]), "args": list(["\0"]),
            "privileged": .string("no"), "enviroment": .map([]),
        ])
        #expect(found.count == 6)
        #expect(found.last?.message.contains("no key 'enviroment'") == true)
        #expect(found.filter { $0.message.contains("NUL") }.count == 2)
    }

    @Test func aValueThatIsTooLongForLinuxIsRefused() {
        let long = String(repeating: "x", count: 131_072)
        #expect(problems(["inline": .string("true"), "args": list([long])]).first?.message.contains("128 KiB") == true)
    }

    @Test func aSecretMustBeDeclared() {
        let found = problems(["inline": .string("x"), "args": list(["secret:tokn"])], secrets: ["token"])
        #expect(found.map(\.message) == ["there is no secret 'tokn'"])
        #expect(found.first?.help == "did you mean 'token'?")
    }

    @Test func aMissingScriptIsReportedWhereItIsNamed() {
        let found = problems(["args": list(["x"]), "path": .string("scripts/none.sh")])
        #expect(found.map(\.message) == ["there is no script 'scripts/none.sh'"])
        #expect(found.first?.location?.line == 3)
        #expect(problems(["path": .string("/")]).first?.message.contains("can't be read") == true)
    }

    @Test(arguments: ["#!/bin/sh\r\necho\r\n", "echo\r\necho\r\n"]) func windowsLineEndsAreReported(script: String)
        async throws
    {
        #expect(problems(["inline": .string(script)]).first?.message.contains("CR LF") == true)
        try await TemporaryDirectory.with { directory in
            try directory.write(script, to: "x.sh")
            let found = problems(["path": .string("x.sh")], in: directory.path)
            #expect(found.first?.message.contains("'x.sh' has lines that end in CR LF") == true)
            #expect(found.first?.location?.line == 2)
        }
    }

    @Test func anInterpreterThatIsNotUsedIsAWarning() {
        let found = problems(["inline": .string("#!/bin/bash\n"), "interpreter": .string("python3")])
        #expect(found.map(\.severity) == [.warning])
        #expect(found.first?.location?.line == 3)
    }
}
