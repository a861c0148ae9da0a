import ArgumentParser
import DevenvModel

extension Devenv {
    /// `devenv snapshot`.
    struct Snapshot: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "snapshot",
            abstract: "Save states of machines and bring the machines back to them.",
            subcommands: [Save.self, Restore.self, List.self, Delete.self])
    }
}

/// The name of a snapshot on the command line.
struct SnapshotNameOption: ParsableArguments {
    @Argument(help: ArgumentHelp("The snapshot.", valueName: "name"), completion: .snapshots)
    private var text: String

    /// The name. Throws `.usage` for what can't be one.
    var name: SnapshotName {
        get throws(CommandFailure) { try Self.name(text) }
    }

    /// The name that a text is. Throws `.usage` for what can't be one.
    static func name(_ text: String) throws(CommandFailure) -> SnapshotName {
        guard let name = SnapshotName(rawValue: text) else {
            throw .usage(
                "'\(text)' can't be the name of a snapshot",
                help: "use up to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit")
        }
        return name
    }
}
