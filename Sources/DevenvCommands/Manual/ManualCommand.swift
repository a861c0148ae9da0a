import ArgumentParser
import FoundationEssentials

/// A command as its manual page shows it: from its own declaration, with the arguments that the parser knows of it.
struct ManualCommand {
    /// The words that it is called by, `devenv` included.
    let words: [String]
    /// What it is.
    let type: any ParsableCommand.Type
    /// What it takes.
    let arguments: [ManualArgument]
    /// The commands below it, in the order in which people meet them.
    let children: [ManualCommand]

    /// All commands.
    static func all() throws -> ManualCommand {
        struct Dump: Decodable {
            let command: Description
        }
        let dump = try JSONDecoder().decode(Dump.self, from: Data(Devenv._dumpHelp().utf8))
        return ManualCommand(Devenv.self, dump.command, below: [])
    }

    private init(_ type: any ParsableCommand.Type, _ description: Description?, below: [String]) {
        let words = below + [type._commandName]
        self.words = words
        self.type = type
        arguments = (description?.arguments ?? []).filter(\.shouldDisplay)
        children = type.configuration.subcommands.filter { $0.configuration.shouldDisplay }.map { child in
            let known = description?.subcommands?.first { $0.commandName == child._commandName }
            return ManualCommand(child, known, below: words)
        }
    }

    /// It and all below it.
    var whole: [ManualCommand] { [self] + children.flatMap(\.whole) }

    /// The page's name.
    var page: String { words.joined(separator: "-") }

    /// Whether it has an option.
    func takes(_ option: String) -> Bool { arguments.contains { $0.spellings.contains(option) } }

    /// The page.
    var reference: ManualReference { ManualReference(name: page, section: 1) }

    /// What the parser tells of a command.
    private struct Description: Decodable {
        let commandName: String
        let arguments: [ManualArgument]?
        let subcommands: [Description]?
    }
}

/// An argument, an option or a flag, as the parser tells of it.
struct ManualArgument: Decodable {
    /// The group of options that it belongs to.
    let sectionTitle: String?
    /// What it does.
    let abstract: String?
    /// What it is where nothing is said.
    let defaultValue: String?
    private let kind: String
    private let names: [Name]?
    private let valueName: String?
    private let isRepeating: Bool
    fileprivate let shouldDisplay: Bool

    private struct Name: Decodable {
        let kind: String
        let name: String
    }

    /// How it is written: `-f` and `--file`; none for what is known by its place.
    var spellings: [String] { (names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name } }

    /// How it is written, as a macro of mdoc.
    var term: String {
        let value = valueName.map { "Ar \(Mdoc.argument($0))" } ?? ""
        if kind == "positional" { return value + (isRepeating ? " ..." : "") }
        let flags = spellings.map { "Fl \(Mdoc.argument(String($0.dropFirst())))" }.joined(separator: " , ")
        return kind == "flag" ? flags : "\(flags) \(value)"
    }

    /// What it does, and what it is where nothing is said.
    var meaning: String {
        let text = abstract ?? ""
        guard kind != "flag", let defaultValue, !text.contains("default") else { return text }
        return text.hasSuffix(".")
            ? "\(text.dropLast()) (default: \(defaultValue))." : "\(text) (default: \(defaultValue))"
    }
}
