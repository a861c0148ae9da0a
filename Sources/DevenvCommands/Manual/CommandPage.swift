import ArgumentParser
import DevenvModel

/// The manual page of a command.
struct CommandPage {
    private let command: ManualCommand
    private let root: ManualCommand
    private var page: Mdoc

    /// Its source.
    static func text(_ command: ManualCommand, below root: ManualCommand) -> String {
        var page = CommandPage(command, root)
        page.write()
        return page.page.text
    }

    private init(_ command: ManualCommand, _ root: ManualCommand) {
        self.command = command
        self.root = root
        page = Mdoc(command.page, section: 1)
    }

    private mutating func write() {
        let configuration = command.type.configuration
        page.name(command.page, configuration.abstract)
        writeSynopsis(configuration.usage)
        page.section("DESCRIPTION")
        let first = configuration.abstract
        page.prose(first + (first.hasSuffix(".") ? "" : ".") + "\n" + configuration.discussion)
        writeCommands()
        writeOptions()
        writeSurroundings()
        writeExamples()
        writeReferences()
    }

    private mutating func writeSynopsis(_ usage: String?) {
        page.section("SYNOPSIS")
        let name = command.words.joined(separator: " ")
        let line = usage ?? (command.children.isEmpty ? "\(name) [<options>]" : "\(name) <command> [<options>]")
        for line in ManualUsage.lines(line, command: command.words) { page.macro(line) }
    }

    private mutating func writeCommands() {
        guard !command.children.isEmpty else { return }
        page.section("COMMANDS")
        let groups = command.type.configuration.groupedSubcommands
        for group in groups {
            page.part(group.name)
            let names = group.subcommands.map { $0._commandName }
            writeList(command.children.filter { names.contains($0.words[$0.words.count - 1]) })
        }
        if groups.isEmpty { writeList(command.children) }
    }

    private mutating func writeList(_ commands: [ManualCommand]) {
        page.terms(commands.map { ($0.reference.macro, $0.type.configuration.abstract) })
    }

    private mutating func writeOptions() {
        page.section("OPTIONS")
        let titles = command.arguments.map(\.sectionTitle).uniqued()
        // those without a title come first, wherever the parser has them
        for title in titles.sorted(by: { ($0 == nil ? 0 : 1) < ($1 == nil ? 0 : 1) }) {
            if let title { page.part(title) }
            let arguments = command.arguments.filter { $0.sectionTitle == title }
            let sorted = arguments.filter(\.spellings.isEmpty) + arguments.filter { !$0.spellings.isEmpty }
            page.terms(sorted.map { ($0.term, $0.meaning) })
        }
    }

    private mutating func writeSurroundings() {
        page.section("ENVIRONMENT")
        let variables = ManualVariable.all.filter { variable in variable.option.map(command.takes) ?? true }
        page.terms(variables.map { ("Ev \($0.name)", $0.meaning) })
        let files = ManualFile.all.filter { file in file.option.map(command.takes) ?? true }
        page.section("FILES")
        page.terms(files.map { ("Pa \($0.path)", $0.meaning) })
        page.section("EXIT STATUS")
        page.terms(ExitStatus.meanings.filter { command.canEnd($0.status) }.map { ("\($0.status.code)", $0.meaning) })
        guard ["ssh", "exec"].contains(command.words.last) else { return }
        page.prose(
            "What a command in a machine returns is returned where it is the only one: by `ssh -c`, and by `exec` on one machine."
        )
    }

    private mutating func writeExamples() {
        let examples = (command.type as? any DevenvCommand.Type)?.examples ?? []
        guard !examples.isEmpty else { return }
        page.section("EXAMPLES")
        for (number, example) in examples.enumerated() {
            if number > 0 { page.macro("Pp") }
            page.prose(example.purpose)
            page.commands([example.line])
        }
    }

    private mutating func writeReferences() {
        let parent = root.whole.filter { $0.words == Array(command.words.dropLast()) }
        let siblings = parent.flatMap(\.children).filter { $0.words != command.words && command.words.count > 2 }
        let envfile = [ManualReference(name: "envfile", section: 5)]
        page.seeAlso((parent + siblings + command.children).map(\.reference) + envfile)
    }
}

extension ManualCommand {
    /// Whether it may end so.
    func canEnd(_ status: ExitStatus) -> Bool {
        let isAction = (type as? any DevenvCommand.Type)?.speaksInLines ?? !children.isEmpty
        let isWhole = words.count == 1
        return switch status {
        case .invalidEnvfile: isWhole || takes("--file") || page == "devenv-box-build"
        case .partlyFailed: isWhole || (isAction && takes("--file") && page != "devenv-lock")
        case .locked: isWhole || takes("--wait")
        case .changes: isWhole || words.last == "plan"
        default: true
        }
    }
}
