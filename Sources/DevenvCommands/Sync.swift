import ArgumentParser
import DevenvEngine
import DevenvModel
import SystemPackage

extension Devenv {
    /// `devenv sync`.
    struct Sync: ActionCommand {
        static let configuration = CommandConfiguration(
            commandName: "sync",
            abstract: "Make the synced folders of running machines equal to those here.",
            usage: "devenv sync [<target> ...] [--watch | --pull [<path>]] [<options>]",
            discussion: """
                Without a target it means all machines with autostart. With --watch it goes on until it is interrupted, and sends \
                what changes as it happens; folders with 'watch: true' are watched in the background from 'devenv up' on. Folders \
                with a 'direction' go that way. With --pull nothing is sent: what has changed in the machines since the last sync \
                comes back here, of all folders or of one path. What has changed on both sides is kept twice.
                """)

        @Flag(name: .long, help: "Go on with what changes from now on, until interrupted.")
        var watch = false
        @OptionGroup var action: ActionOptions
        @OptionGroup(title: "Back from the machine") var back: PullOptions

        func validate() throws {
            guard watch, back.pull != nil else { return }
            throw ValidationError("'--watch' and '--pull' exclude each other")
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await openProject(context)
            let graph = try session.graph()
            let names = try session.declared(targets, in: graph)
            let returning = try back.returning(context, output, graph, names)
            let operation = try await session.engine.prepareSync(graph, targets: names, returning: returning)
            if watch { return try await LiveView(context, output).watch(graph, names, session.engine) }
            var run = makeRun(context, session)
            run.mayAsk = back.mayAsk(graph, names)
            return try await run.carryOut(operation)
        }
    }
}
