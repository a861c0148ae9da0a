import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// What every command understands: where the project is, how it speaks, and the way to its help.
struct CommonOptionTests {
    private static func with(_ body: @Sendable (AcceptanceProject) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let project = AcceptanceProject(
                directory: directory.path, binary: DevenvBinary(home: directory.path.appending("home")))
            for (name, machine) in [("shop/Envfile", "shop"), ("shop/other.yaml", "other"), ("lab/Envfile", "lab")] {
                try project.write("version: 1\nname: \(machine)\nmachines: { one: { box: x } }\n", to: name)
            }
            try HostFiles.makeDirectory(directory.path.appending("shop").appending("deep"))
            try await body(project)
        }
    }

    /// Which project a command line means, by the first line of its graph.
    private static func project(
        _ words: String..., of project: AcceptanceProject, environment: [String: String] = [:]
    ) async throws -> Substring? {
        let outcome = try await project.binary.run(words, in: project.directory, environment: environment)
        return outcome.status == 0 ? outcome.text.split(separator: "\n").first : nil
    }

    @Test func theProjectIsWhereTheyAreTold() async throws {
        try await Self.with { project in
            #expect(try await Self.project("graph", of: project) == nil)
            for words in [
                ["-C", "shop"], ["--directory", "shop/deep"], ["--directory=shop"], ["-f", "shop/Envfile"],
            ] {
                let behind = try await project.binary.run(["graph"] + words, in: project.directory)
                let before = try await project.binary.run(words + ["graph"], in: project.directory)
                for outcome in [behind, before] { #expect(outcome.text.hasPrefix("shop\n"), "\(outcome.transcript)") }
            }
            #expect(try await Self.project("graph", "--file", "shop/other.yaml", of: project) == "other")
            #expect(try await Self.project("graph", of: project, environment: ["DEVENV_CWD": "shop"]) == "shop")
            let file = ["DEVENV_FILE": "shop/other.yaml"]
            #expect(try await Self.project("graph", of: project, environment: file) == "other")
            #expect(try await Self.project("graph", "-f", "lab/Envfile", of: project, environment: file) == "lab")
            let missing = try await project.expect("graph", "-f", "shop/gone.yaml", status: 1)
            #expect(missing.errors.contains("shop/gone.yaml"), "\(missing.errors)")
        }
    }

    @Test func coloursAreShownWhereTheyAreWanted() async throws {
        try await Self.with { project in
            for (words, isColored) in [([], false), (["--color", "always"], true), (["--color", "never"], false)] {
                let plan = try await project.binary.run(["status", "-C", "gone"] + words, in: project.directory)
                #expect(plan.status == 1 && plan.errors.contains("\u{1B}[") == isColored, "\(words): \(plan.errors)")
            }
            try await project.expect("status", "--color", "sometimes", status: 64)
        }
    }

    @Test func helpIsAnAnswer() async throws {
        try await Self.with { project in
            let help = try await project.expect("--help")
            #expect(help.errors.isEmpty && help.text.contains("global-status"), "\(help.transcript)")
            for words in [["help", "box", "add"], ["box", "add", "--help"], ["box", "add", "-h"]] {
                let outcome = try await project.binary.run(words, in: project.directory)
                #expect(outcome.status == 0 && outcome.text.contains("--login-key"), "\(outcome.transcript)")
            }
            let version = try await project.expect("--version").text
            #expect(version.split(separator: ".").count == 3 && version.hasSuffix("\n"))
            #expect(try await project.expect("status", "--version").text == version)
            let wrong = try await project.expect("statsu", status: 64)
            #expect(wrong.text.isEmpty && wrong.errors.contains("did you mean 'status'"), "\(wrong.transcript)")
        }
    }
}
