import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv sync`.
    struct Sync: ActionCommand {
        static let configuration = CommandConfiguration(
            commandName: "sync",
            abstract: "Make the synced folders of running machines equal to those here.",
            usage: "devenv sync [<target> ...] [<options>]",
            discussion: "Without a target it means all machines with autostart.")

        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try openProject(context)
            let graph = try session.graph()
            let names = try session.declared(targets, in: graph)
            let operation = try await session.engine.prepareSync(graph, targets: names)
            return try await makeRun(context, session).carryOut(operation)
        }
    }
}
