import ArgumentParser
import DevenvEngine
import DevenvModel

extension Devenv.Snapshot {
    /// `devenv snapshot save`.
    struct Save: ActionCommand {
        static let configuration = CommandConfiguration(
            abstract: "Save the machines as they are, running ones with their memory.",
            usage: "devenv snapshot save <name> [<target> ...] [<options>]",
            discussion: "Without a target it saves every machine of the project. The machines go on as they were.")

        @OptionGroup var snapshot: SnapshotNameOption
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let name = try snapshot.name
            let session = try openProject(context, recorded: true)
            let names = try session.known(targets, in: session.graphIfValid())
            let operation = try await session.engine.prepareSave(name, targets: names)
            return try await makeRun(context, session).carryOut(operation)
        }
    }

    /// `devenv snapshot restore`.
    struct Restore: ActionCommand {
        static let configuration = CommandConfiguration(
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
            let name = try snapshot.name
            let session = try openProject(context, recorded: true)
            let graph = try session.graphIfValid()
            let names = try session.known(targets, in: graph)
            let operation = try await session.engine.prepareRestore(name, targets: names, graph: graph)
            return try await makeRun(context, session).carryOut(operation, introducing: graph)
        }
    }

    /// `devenv snapshot delete`.
    struct Delete: ActionCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a snapshot; the machines stay as they are.",
            usage: "devenv snapshot delete <name> [<target> ...] [<options>]",
            discussion: "Without a target it means every machine that has a snapshot of that name.")

        @OptionGroup var snapshot: SnapshotNameOption
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let name = try snapshot.name
            let session = try openProject(context, recorded: true)
            let names = try session.known(targets, in: session.graphIfValid())
            let operation = try await session.engine.prepareDelete(name, targets: names)
            return try await makeRun(context, session).carryOut(operation)
        }
    }
}
