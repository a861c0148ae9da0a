import DevenvCommands
import DevenvHost
import DevenvTestSupport
import Testing

/// `devenv logs`, over files as providers and provisioners write them.
struct LogsTests {
    private static let place = ".devenv/machines/web/log"

    private func withLogs(_ body: (CommandRig) async throws -> Void) async throws {
        try await CommandRig.with { rig in
            #expect(await rig.run("up").status == .done)
            try rig.directory.write("first\u{1B}[31m red\u{1B}[0m\r\nlast", to: "\(Self.place)/console.log")
            let lines = (1...300_000).map { "line \($0)\n" }.joined()
            try rig.directory.write(lines, to: "\(Self.place)/provision-app.log")
            try await body(rig)
        }
    }

    @Test func theLastLinesOfEachAreShownSafely() async throws {
        try await withLogs { rig in
            let all = await rig.run("logs", "web", "-n", "2")
            #expect(
                all.output == "==> console <==\nfirst red\nlast\n\n==> provision-app <==\nline 299999\nline 300000\n",
                "\(all.error)")
            let one = await rig.run("logs", "web", "--log", "app")
            #expect(one.output.split(separator: "\n").count == 100 && one.output.hasPrefix("line 299901\n"))
            let document = await rig.run("logs", "web", "--log", "console", "--json").output
            #expect(document.contains(#""machine" : "web""#) && document.contains(#""first red""#))
        }
    }

    @Test func whatIsNotThereIsSaid() async throws {
        try await withLogs { rig in
            let wrong = await rig.run("logs", "web", "--log", "db")
            #expect(
                wrong.status == .usage && wrong.error.contains("it has console and provision-app"), "\(wrong.error)")
            let ambiguous = await rig.run("logs")
            #expect(ambiguous.status == .usage, "\(ambiguous.error)")
        }
        try await CommandRig.with { rig in
            let none = await rig.run("logs", "web")
            #expect(none.status == .failed && none.error.contains("run 'devenv up web'"), "\(none.error)")
        }
    }
}
