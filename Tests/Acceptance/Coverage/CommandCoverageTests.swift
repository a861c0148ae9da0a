import DevenvTestSupport
import Testing

/// Every command and every option has a test here that calls it. What there is is asked of the built program, what is called is read
/// from the sources of these tests.
struct CommandCoverageTests {
    /// Options that most commands have: a test of one command will do.
    private static let common: Set<String> = [
        "--color", "--quiet", "--file", "--directory", "--jobs", "--wait", "--wait-limit", "--json", "--version",
        "--help",
    ]

    @Test func everyCommandAndOptionIsCalled() async throws {
        let commands = try await CommandTree.commands()
        let verbs = commands.filter { command in
            !commands.contains { $0.words.count > command.words.count && $0.words.starts(with: command.words) }
        }
        try #require(verbs.count > 40)
        let called = Self.options(of: try WrittenCalls.all(), among: Set(verbs.map(\.words)))
        let everywhere = called.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        for command in verbs {
            let name = command.words.joined(separator: " ")
            guard let own = called[command.words] else {
                Issue.record("no test calls '\(name)'")
                continue
            }
            for spellings in command.arguments.map(\.spellings) where !spellings.isEmpty {
                let isCommon = !Self.common.isDisjoint(with: spellings)
                let isCalled = !(isCommon ? everywhere : own).isDisjoint(with: spellings)
                #expect(isCalled, "no test calls '\(name)' with \(spellings.joined(separator: " or "))")
            }
        }
    }

    @Test func aCallIsReadAsItIsWritten() {
        let source = #"expect("box", "add", file, "-f"); run("box gc -n"); x(["up",\#n "--no-hooks", "--", "-c"])"#
        let options = Self.options(
            of: WrittenCalls.calls(in: Array(source.utf8)), among: [["box", "add"], ["box", "gc"], ["up"]])
        #expect(options == [["box", "add"]: [], ["box", "gc"]: ["-n"], ["up"]: ["--no-hooks"]])
    }

    /// The options that each command is called with. Few words may stand before the command: options, and their values.
    private static func options(
        of calls: [[String]], among commands: Set<[String]>
    ) -> [[String]: Set<String>] {
        calls.reduce(into: [:]) { options, words in
            for start in words.indices.prefix(3) {
                let candidates = [2, 1].map { Array(words[start...].prefix($0)) }
                guard let command = candidates.first(where: commands.contains) else { continue }
                let own = words.prefix { $0 != "--" }.filter { $0.hasPrefix("-") }
                options[command, default: []].formUnion(
                    own.compactMap { $0.split(separator: "=").first.map(String.init) })
                return
            }
        }
    }
}
