import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv sync`.
    struct Sync: ActionCommand {
        static let configuration = CommandConfiguration(
            commandName: "sync",
            abstract: "Make the synced folders of running machines equal to those here.",
            usage: "devenv sync [<target> ...] [<options>]",
            discussion: """
                Without a target it means all machines with autostart. With --watch it goes on until it is interrupted, and sends \
                what changes as it happens; folders with 'watch: true' are watched in the background from 'devenv up' on.
                """)

        @Flag(name: .long, help: "Go on with what changes from now on, until interrupted.")
        var watch = false
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try openProject(context)
            let graph = try session.graph()
            let names = try session.declared(targets, in: graph)
            let operation = try await session.engine.prepareSync(graph, targets: names)
            if watch { return try await LiveView(context, output).watch(graph, names, session.engine) }
            return try await makeRun(context, session).carryOut(operation)
        }
    }
}
