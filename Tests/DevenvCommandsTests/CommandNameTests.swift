import ArgumentParser
import Testing

@testable import DevenvCommands

struct CommandNameTests {
    /// The parser makes a name that is not given from the type's, for every command at each start: a third of the time in which
    /// completion answers.
    @Test func everyCommandGivesItsName() {
        let commands = Self.commands(below: Devenv.self)
        #expect(commands.count > 40)
        let nameless = commands.filter { $0.configuration.commandName == nil }
        #expect(nameless.isEmpty, "\(nameless)")
    }

    private static func commands(below command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap { commands(below: $0) }
    }
}
