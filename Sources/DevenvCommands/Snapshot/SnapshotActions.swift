import ArgumentParser
import DevenvEngine
import DevenvModel

extension Devenv.Snapshot {
    /// `devenv snapshot save`.
    struct Save: SnapshotAction {
        static let configuration = CommandConfiguration(
            commandName: "save",
            abstract: "Save the machines as they are, running ones with their memory.",
            usage: "devenv snapshot save <name> [<target> ...] [<options>]",
            discussion: """
                Without a target it saves every machine of the project. The machines go on as they were. Of containers the \
                files are saved and not the memory.
                """)

        @OptionGroup var snapshot: SnapshotNameOption
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            try await carryOut(in: context) { engine, name, machines, _ in
                try await engine.prepareSave(name, targets: machines)
            }
        }
    }

    /// `devenv snapshot restore`.
    struct Restore: SnapshotAction {
        static let configuration = CommandConfiguration(
            commandName: "restore",
            abstract: "Bring machines back to a snapshot; what they are now is lost.",
            usage: "devenv snapshot restore <name> [<target> ...] [<options>]",
            discussion: """
                Without a target it means every machine that has a snapshot of that name. A machine that ran then runs \
                again, one that did not is stopped. What was synced and provisioned counts as it did then, so the next \
                `up` does what changed since.
                """)

        @OptionGroup var snapshot: SnapshotNameOption
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            try await carryOut(in: context, isIntroducing: true) { engine, name, machines, graph in
                try await engine.prepareRestore(name, targets: machines, graph: graph)
            }
        }
    }

    /// `devenv snapshot delete`.
    struct Delete: SnapshotAction {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Remove a snapshot; the machines stay as they are.",
            usage: "devenv snapshot delete <name> [<target> ...] [<options>]",
            discussion: "Without a target it means every machine that has a snapshot of that name.")

        @OptionGroup var snapshot: SnapshotNameOption
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            try await carryOut(in: context) { engine, name, machines, _ in
                try await engine.prepareDelete(name, targets: machines)
            }
        }
    }
}

/// An action on the snapshots of one name.
protocol SnapshotAction: ActionCommand {
    /// The name.
    var snapshot: SnapshotNameOption { get }
}

extension SnapshotAction {
    /// Finds the machines and carries out what is prepared for them. The last words say how they are reached where the action
    /// makes them run.
    func carryOut(
        in context: CommandContext, isIntroducing: Bool = false,
        _ prepare: (Engine, SnapshotName, [MachineName], MachineGraph?) async throws -> DevenvEngine.Operation
    ) async throws -> ExitStatus {
        let name = try snapshot.name
        let session = try await openProject(context, recorded: true)
        let graph = try session.graphIfValid()
        let operation = try await prepare(session.engine, name, session.known(targets, in: graph), graph)
        return try await makeRun(context, session).carryOut(operation, introducing: isIntroducing ? graph : nil)
    }
}
