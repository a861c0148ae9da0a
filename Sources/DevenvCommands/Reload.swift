import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv reload`.
    struct Reload: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop machines and start them again, with what changed in the Envfile.",
            usage: "devenv reload [<target> ...] [<options>]",
            discussion: "Without a target it means all machines with autostart.")
        static let speaksInLines = true

        @OptionGroup var targets: TargetOptions
        @OptionGroup(title: "Provisioning") var provisioning: ProvisionOptions
        @OptionGroup(title: "Execution") var execution: ExecutionOptions
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let options = try Devenv.upOptions(provider: nil, provisioning, recreate: false)
            let session = try ProjectSession.open(context, location, output, targets: targets.targets)
            let (graph, names) = try session.reserve(targets.targets)
            let operation = try await session.prepare {
                try await session.engine.prepareReload(graph, targets: names, options: options)
            }
            let action = ActionRun(context: context, session: session, output: output, execution: execution)
            return try await action.carryOut(operation) { outcome in
                try await Closing.reachability(of: operation.plan, graph, session, &outcome)
            }
        }
    }
}
