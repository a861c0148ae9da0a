import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv provision`.
    struct Provision: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the provisioners of running machines again, changed or not.",
            usage: "devenv provision [<target> ...] [<options>]",
            discussion: "Without a target it means all machines with autostart.")
        static let speaksInLines = true

        @OptionGroup var targets: TargetOptions
        @OptionGroup(title: "Provisioning") var provisioning: NamedProvisionOptions
        @OptionGroup(title: "Execution") var execution: ExecutionOptions
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try ProjectSession.open(context, location, output, targets: targets.targets)
            let graph = try session.graph()
            let names = try session.declared(targets.targets, in: graph)
            let operation = try await session.engine.prepareProvision(graph, targets: names, only: provisioning.named)
            return try await ActionRun(context: context, session: session, output: output, execution: execution)
                .carryOut(operation)
        }
    }
}
