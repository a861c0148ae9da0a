import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv suspend`.
    struct Suspend: ActionCommand {
        static let configuration = CommandConfiguration(
            commandName: "suspend",
            abstract: "Pause machines as they are, with all that runs in them.",
            usage: "devenv suspend [<target> ...] [<options>]",
            discussion: "Without a target it pauses every machine of the project that runs. `resume` lets them go on.")

        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await openProject(context, recorded: true)
            let names = try session.known(targets, in: session.graphIfValid())
            let operation = try await session.engine.prepareSuspend(targets: names)
            return try await makeRun(context, session).carryOut(operation)
        }
    }

    /// `devenv resume`.
    struct Resume: ActionCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Let suspended machines go on where they were.",
            usage: "devenv resume [<target> ...] [<options>]",
            discussion: """
                Without a target it means every suspended machine of the project. Nothing is synced or provisioned; \
                `up` does that as well.
                """)

        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await openProject(context, recorded: true)
            let graph = try session.graphIfValid()
            let names = try session.known(targets, in: graph)
            let operation = try await session.engine.prepareResume(targets: names, graph: graph)
            return try await makeRun(context, session).carryOut(operation, introducing: graph)
        }
    }
}
