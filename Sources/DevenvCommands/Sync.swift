import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv sync`.
    struct Sync: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the synced folders of running machines equal to those here.",
            usage: "devenv sync [<target> ...] [<options>]",
            discussion: "Without a target it means all machines with autostart.")
        static let speaksInLines = true

        @OptionGroup var targets: TargetOptions
        @OptionGroup(title: "Execution") var execution: ExecutionOptions
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try ProjectSession.open(context, location, output, targets: targets.targets)
            let graph = try session.graph()
            let names = try session.declared(targets.targets, in: graph)
            let operation = try await session.engine.prepareSync(graph, targets: names)
            return try await ActionRun(context: context, session: session, output: output, execution: execution)
                .carryOut(operation)
        }
    }
}
