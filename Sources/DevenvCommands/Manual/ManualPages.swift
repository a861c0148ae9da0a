import ArgumentParser
import DevenvEngine

/// A page of the manual.
struct ManualPage {
    let reference: ManualReference
    /// Its source, in mdoc.
    let text: String

    /// Whether a name means it, with `devenv-` before it or without.
    func isMeant(by name: String) -> Bool { [name, "devenv-\(name)"].contains(reference.name) }
}

/// All pages of the manual.
enum ManualPages {
    /// Of this devenv, as it is put together.
    static func all(_ components: EngineComponents) throws -> [ManualPage] {
        let root = try ManualCommand.all()
        let commands = root.whole.map { ManualPage(reference: $0.reference, text: CommandPage.text($0, below: root)) }
        return commands + [EnvfilePage.page(EnvfileSchema(components))]
    }

    /// What the pages of the commands are called, without `devenv-`.
    static var commandNames: [String] {
        let names = Devenv.configuration.subcommands.flatMap { command in
            [command._commandName]
                + command.configuration.subcommands.map { "\(command._commandName)-\($0._commandName)" }
        }
        return names + ["envfile"]
    }
}
