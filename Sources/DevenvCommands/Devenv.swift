package import ArgumentParser
import DevenvDiagnostics

/// The root of the command line.
package struct Devenv: ParsableCommand {
    /// The commands, in the order in which people meet them.
    package static let configuration = CommandConfiguration(
        commandName: "devenv",
        abstract: "Declares development environments in an Envfile and makes them run.",
        discussion: "Start with 'devenv init', then 'devenv up'.",
        version: Version.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Project",
                subcommands: [
                    Init.self, Validate.self, Plan.self, Graph.self, Status.self, Lock.self, Trust.self, Schema.self,
                ]),
            CommandGroup(
                name: "Machines",
                subcommands: [
                    Up.self, Provision.self, Sync.self, Reload.self, Suspend.self, Resume.self, Snapshot.self,
                    Halt.self, Destroy.self,
                ]),
            CommandGroup(
                name: "Access",
                subcommands: [
                    SSH.self, Exec.self, Upload.self, Download.self, SSHConfig.self, Hosts.self, Port.self,
                    Logs.self,
                ]),
            CommandGroup(
                name: "Host",
                subcommands: [GlobalStatus.self, Box.self, Catalog.self, Doctor.self, Completion.self, Manual.self]),
        ])

    /// Without a command.
    package init() {}

    /// Commands that are followed by a verb.
    static let nouns: Set<String> = ["box", "catalog", "snapshot"]

    /// Stops at a command that there is not, with the nearest one that there is.
    static func checkCommand(_ arguments: [String]) throws(CommandFailure) {
        guard let word = arguments.first, !word.hasPrefix("-"), word != "help" else { return }
        let names = configuration.subcommands.map { $0._commandName }
        guard !names.contains(word) else { return }
        let hint = Suggestion.help(for: word, among: names) ?? "'devenv --help' lists the commands"
        throw .usage("there is no command '\(word)'", help: hint)
    }
}
