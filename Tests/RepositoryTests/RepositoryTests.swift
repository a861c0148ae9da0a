import Testing

@Suite struct RepositoryTests {
    @Test func everyFolderImportsOnlyWhatItMay() throws {
        let violations = ImportRules.violations(in: try .ours())
        #expect(violations == [])
    }

    @Test func everyProviderAndProvisionerIsRegistered() throws {
        let tree = try RepositoryTree.ours()
        #expect(tree.folders(in: "Provisioners").contains("Shell"))
        #expect(tree.folders(in: "Providers").contains("Container"))
        #expect(RegistrationRules.violations(in: tree) == [])
    }

    @Test func nothingIsLeftLyingAbout() throws {
        let tree = try RepositoryTree.ours()
        #expect(tree.swift().count > 100)
        #expect(HygieneRules.violations(in: tree) == [])
    }

    @Test func messagesNameCommandsInQuotes() throws {
        #expect(MessageRules.violations(in: try .ours()) == [])
    }
}

/// Words that the rules look for, put together so that this file does not hold them.
private enum Word {
    static let force = ["tr", "y!"].joined()
    static let cast = ["a", "s!"].joined()
    static let fatal = ["fatal", "Error"].joined()
    static let later = ["TO", "DO"].joined()
    static let mend = ["FIX", "ME"].joined()
    static let sleep = ["Task", ".sleep"].joined()
    static let block = ["u", "sleep(3)"].joined()
    static let place = ["/wo", "rk/"].joined()
    static let claim = ["@un", "checked Sendable"].joined()
}

/// The rules themselves, on repositories that break them.
@Suite struct RulesTests {
    @Test(arguments: [
        ("Sources/DevenvModel/A.swift", "import Foundation"), ("Tests/X/A.swift", "import Foundation"),
        ("Sources/DevenvPluginAPI/A.swift", "import FoundationEssentials"),
        ("Sources/DevenvPluginAPI/A.swift", "import Glibc"), ("Sources/DevenvEngine/A.swift", "import Subprocess"),
        ("Sources/DevenvEngine/A.swift", "package import ContainerProvider"),
        ("Sources/DevenvSSH/A.swift", "import CLibYAML"), ("Sources/DevenvUnknown/A.swift", "import DevenvModel"),
        ("Providers/Container/Sources/A.swift", "@testable import DevenvEngine"),
        ("Providers/Container/Sources/A.swift", "import struct DevenvState.StateStore"),
        ("Providers/Container/Sources/A.swift", "import COther"),
        ("Provisioners/Shell/Sources/A.swift", "import FileProvisioner"),
        ("Provisioners/Shell/Sources/A.swift", "import FoundationEssentials"),
    ]) func anImportAgainstTheRulesIsFound(path: String, line: String) {
        let tree = RepositoryTree(files: [path: "// a file\n\(line)\nlet x = 1\n"])
        #expect(ImportRules.violations(in: tree).count == 1)
    }

    @Test(arguments: ["run devenv up", "`devenv halt web`", "devenv box add: again"])
    func aCommandWithoutQuotesIsFound(message: String) {
        let tree = RepositoryTree(files: ["Sources/A/A.swift": "let help = \"\(message)\"\n"])
        #expect(MessageRules.violations(in: tree).count == 1)
    }

    @Test(arguments: ["run 'devenv up web' first", "what devenv knows"])
    func aCommandInQuotesIsNotFound(message: String) {
        let text = "/// devenv up\nlet help = \"\(message)\"\nlet lock = take(command: \"devenv up\")\n"
        #expect(MessageRules.violations(in: RepositoryTree(files: ["Sources/A/A.swift": text])) == [])
    }

    @Test func whatIsAllowedIsNotFound() {
        let tree = RepositoryTree(files: [
            "Sources/DevenvHost/A.swift": "import Subprocess\npackage import SystemPackage\n",
            "Providers/Container/Sources/A.swift": "import CSyscalls\nimport DevenvPluginAPI\n",
            "Providers/Container/CSyscalls/x.c": "", "Sources/devenv/A.swift": "import ContainerProvider\n",
            "Sources/DevenvModel/A.swift": "// import Foundation\nlet text = \"import Foundation\"\n",
        ])
        #expect(ImportRules.violations(in: tree) == [])
    }

    private static let complete = [
        "Providers/Lamp/Sources/A.swift": "",
        "Providers/Lamp/Tests/A.swift": "@Test func a() { ProviderConformance() }",
        "Providers/Lamp/README.md": "| option | default |", "Tests/Support/ProviderConformance.swift": "",
        "Package.swift": "module(\"LampProvider\", at: \"Providers/Lamp\", [])",
        "Sources/devenv/BuiltIns.swift": "LampProvider()",
    ]

    @Test func aFolderThatHasAllIsRegistered() {
        #expect(RegistrationRules.violations(in: RepositoryTree(files: Self.complete)) == [])
    }

    @Test(arguments: [
        ("Providers/Lamp/Sources/A.swift", "Sources"), ("Providers/Lamp/README.md", "README.md"),
        ("Package.swift", "line in Package.swift"),
    ]) func aFolderThatLacksSomethingIsFound(path: String, what: String) {
        var files = Self.complete
        files[path] = nil
        let found = RegistrationRules.violations(in: RepositoryTree(files: files))
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("Providers/Lamp has no \(what)") == true)
    }

    @Test(arguments: [
        ("Sources/devenv/BuiltIns.swift", "OtherProvider()", "BuiltIns"),
        ("Providers/Lamp/Tests/A.swift", "@Test func a() {}", "conformance"),
        ("Providers/Lamp/Tests/A.swift", "func a() { ProviderConformance() }", "Tests"),
    ]) func aFolderThatIsOnlyHalfThereIsFound(path: String, text: String, what: String) {
        var files = Self.complete
        files[path] = text
        let found = RegistrationRules.violations(in: RepositoryTree(files: files))
        #expect(found.count == 1)
        #expect(found.first?.contains(what) == true)
    }

    @Test(
        arguments: [
            ("Sources/A/A.swift", "let x = \(Word.force) y()"), ("Sources/A/A.swift", "x \(Word.cast) Int"),
            ("Sources/A/A.swift", "  \(Word.fatal)(\"\")"), ("Sources/A/A.swift", "// \(Word.later): later"),
            ("README.md", Word.mend), ("Tests/A/A.swift", "await \(Word.sleep)(for: x)"),
            ("Provisioners/A/Tests/A.swift", Word.block), ("README.md", "cd \(Word.place)x"),
            ("Sources/A/A.swift", "final class A: \(Word.claim) {}"),
            ("Sources/A/A.swift", String(repeating: "\n", count: 401)),
            ("Sources/A/A.swift", "let a = \"1.2.3\"\nlet b = \"1.2.3\""),
        ] as [(String, String)]) func whatMustNotBeThereIsFound(path: String, text: String)
    {
        #expect(HygieneRules.violations(in: RepositoryTree(files: [path: text])).isEmpty == false)
    }

    @Test(
        arguments: [
            ("Sources/A/A.swift", "try? await \(Word.sleep)(for: x)"),
            ("Sources/A/A.swift", "// not \(Word.force) but try"),
            ("Tests/Support/A.swift", "await \(Word.sleep)(for: x)"), ("Sources/A/A.swift", "let v = \"1.2.3\""),
            ("Sources/A/A.swift", String(repeating: "\n", count: 400)),
        ] as [(String, String)]) func whatMayBeThereIsNotFound(path: String, text: String)
    {
        #expect(HygieneRules.violations(in: RepositoryTree(files: [path: text])) == [])
    }
}
