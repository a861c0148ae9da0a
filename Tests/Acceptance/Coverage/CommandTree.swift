import DevenvHost
import DevenvTestSupport
import FoundationEssentials
import SystemPackage

/// The command line as the parser itself tells of it (`--experimental-dump-help`).
struct CommandTree: Decodable {
    /// An option or an argument.
    struct Argument: Decodable {
        /// How it may be written.
        struct Name: Decodable {
            let kind: String
            let name: String
        }

        let names: [Name]?
        let shouldDisplay: Bool

        /// How it may be written, with hyphens; nothing for what is known by its place.
        var spellings: [String] { (names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name } }
    }

    let commandName: String
    private let subcommands: [CommandTree]?
    private let arguments: [Argument]?

    /// A command with the words that call it, without `devenv`.
    struct Command {
        let words: [String]
        let arguments: [Argument]

        /// What its page is called.
        var page: String { (["devenv"] + words).joined(separator: "-") }
    }

    /// Those of the built program, with those that stand for their verbs only, and without `help`.
    static func commands() async throws -> [Command] {
        struct Dump: Decodable {
            let command: CommandTree
        }
        return try await TemporaryDirectory.with { directory in
            let binary = DevenvBinary(home: directory.path.appending("home"))
            let outcome = try await binary.run(["--experimental-dump-help"], in: directory.path)
            let dump = try JSONDecoder().decode(Dump.self, from: Data(outcome.standardOutput))
            return dump.command.whole(below: []).filter { $0.words != ["help"] }
        }
    }

    private func whole(below words: [String]) -> [Command] {
        let children = subcommands ?? []
        let own = Command(words: words, arguments: (arguments ?? []).filter(\.shouldDisplay))
        return [own] + children.flatMap { $0.whole(below: words + [$0.commandName]) }
    }
}
