import ArgumentParser
import DevenvEngine
import DevenvModel

extension Devenv {
    /// `devenv provision`.
    struct Provision: ActionCommand {
        static let configuration = CommandConfiguration(
            commandName: "provision",
            abstract: "Run the provisioners of running machines again, changed or not.",
            usage: "devenv provision [<target> ...] [<options>]",
            discussion: "Without a target it means all machines with autostart.")

        @OptionGroup(title: "Provisioning") var provisioning: NamedProvisionOptions
        @OptionGroup var hooks: HookOptions
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await openProject(context)
            let graph = try session.graph()
            let names = try session.declared(targets, in: graph)
            let operation = try await session.engine.prepareProvision(graph, targets: names, only: provisioning.named)
            return try await hooks.runner(.provision, graph, context, output).around(operation) {
                try await makeRun(context, session).carryOut($0, then: $1)
            }
        }
    }
}
