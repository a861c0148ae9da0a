import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// The manual pages that `devenv manual` writes, as their readers' own tools see them.
struct ManualTests {
    /// Runs a test with all pages, and the directory that they were written to.
    private func withPages(
        _ body: @Sendable (_ pages: [FilePath], _ directory: TemporaryDirectory) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            let binary = DevenvBinary(home: directory.path.appending("home"))
            let outcome = try await binary.run(["manual", "--to", "man"], in: directory.path)
            try #require(outcome.status == 0, "\(outcome.transcript)")
            let pages = try ["man/man1", "man/man5"].flatMap { folder in
                let path = directory.path.pushing(FilePath(folder))
                return try HostFiles.list(path).sorted().map(path.appending)
            }
            try await body(pages, directory)
        }
    }

    private func text(of page: FilePath) throws -> String {
        String(decoding: try HostFiles.read(page) ?? [], as: UTF8.self)
    }

    @Test func everyCommandHasAPageWithEveryOptionThatItTakes() async throws {
        let commands = try await CommandTree.commands()
        try #require(commands.count > 40)
        try await withPages { pages, _ in
            #expect(
                Set(pages.compactMap(\.lastComponent?.string)) == Set(commands.map { "\($0.page).1" } + ["envfile.5"]))
            for command in commands {
                let path = try #require(pages.first { $0.lastComponent?.string == "\(command.page).1" })
                let page = try text(of: path)
                for option in command.arguments.flatMap(\.spellings) {
                    let word = option.dropFirst().split(separator: "-", omittingEmptySubsequences: false)
                    #expect(page.contains("Fl \\&\(word.joined(separator: "\\-"))"), "\(path): \(option)")
                }
            }
        }
    }

    @Test(.requires(tool: "mandoc")) func mandocHasNothingToSay() async throws {
        try await withPages { pages, _ in
            let lint = ToolInvocation("mandoc", ["-T", "lint", "-W", "warning"] + pages.map(\.string))
            let outcome = try await SystemToolRunner().run(lint)
            #expect(outcome.status == 0 && outcome.transcript.isEmpty, "\(outcome.transcript)")
        }
    }

    @Test(.requires(tool: "groff")) func groffHasNothingToSay() async throws {
        try await withPages { pages, _ in
            for page in pages {
                let outcome = try await SystemToolRunner().run(
                    ToolInvocation("groff", ["-mdoc", "-ww", "-Tutf8", page.string]))
                #expect(outcome.status == 0 && outcome.standardError.isEmpty, "\(outcome.errors)")
            }
        }
    }

    @Test func thePageOfTheEnvfileHasEveryKey() async throws {
        let keys = try await EnvfileKeyPaths.all()
        try #require(keys.count > 100)
        try await withPages { pages, _ in
            let page = try text(of: try #require(pages.last))
            for key in Set(keys.compactMap { $0.split(separator: ".").last }) {
                #expect(page.contains(".It Ic \\&\(key) : "), "\(key)")
            }
        }
    }

    @Test func onePageIsPrintedAndAnUnknownOneRefused() async throws {
        try await withPages { pages, directory in
            let binary = DevenvBinary(home: directory.path.appending("home"))
            let printed = try await binary.run(["manual", "box-add"], in: directory.path)
            let written = try #require(pages.first { $0.lastComponent == "devenv-box-add.1" })
            #expect(printed.text == (try text(of: written)))
            let refused = try await binary.run(["manual", "box-ad"], in: directory.path)
            #expect(refused.status == 64 && refused.text.isEmpty, "\(refused.transcript)")
            let both = try await binary.run(["manual", "up", "--to", "man"], in: directory.path)
            #expect(both.status == 64, "\(both.transcript)")
        }
    }
}
