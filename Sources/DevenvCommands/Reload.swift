import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv reload`.
    struct Reload: ActionCommand {
        static let configuration = CommandConfiguration(
            commandName: "reload",
            abstract: "Stop machines and start them again, with what changed in the Envfile.",
            usage: "devenv reload [<target> ...] [<options>]",
            discussion: "Without a target it means all machines with autostart.")

        @OptionGroup(title: "Provisioning") var provisioning: ProvisionOptions
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let options = try Devenv.upOptions(provider: nil, provisioning, recreate: false)
            let session = try await openProject(context)
            let (graph, names) = try session.reserve(targets)
            let operation = try await session.prepare {
                try await session.engine.prepareReload(graph, targets: names, options: options)
            }
            return try await makeRun(context, session).carryOut(operation, introducing: graph)
        }
    }
}
