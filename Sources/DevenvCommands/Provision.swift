import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv provision`.
    struct Provision: ActionCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the provisioners of running machines again, changed or not.",
            usage: "devenv provision [<target> ...] [<options>]",
            discussion: "Without a target it means all machines with autostart.")

        @OptionGroup(title: "Provisioning") var provisioning: NamedProvisionOptions
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try openProject(context)
            let graph = try session.graph()
            let names = try session.declared(targets, in: graph)
            let operation = try await session.engine.prepareProvision(graph, targets: names, only: provisioning.named)
            return try await makeRun(context, session).carryOut(operation)
        }
    }
}
