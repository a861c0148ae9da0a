import ArgumentParser
import DevenvEngine
import DevenvModel

extension Devenv {
    /// `devenv up`.
    struct Up: ActionCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make, start, sync and provision machines until they are as the Envfile says.",
            usage: "devenv up [<target> ...] [<options>]",
            discussion: """
                Without a target it means all machines with autostart. Machines that the named ones depend on come with \
                them. A second `up` has nothing to do, or does what \
                changed since.
                """)

        @Option(name: .long, help: ArgumentHelp("Make new machines with this provider.", valueName: "name"))
        var provider: String?
        @Flag(name: .long, help: "Destroy machines and make them again where a change needs that; their data is lost.")
        var recreate = false
        @Flag(name: .long, help: "Change nothing in the lock file: fail where a box is not pinned there.")
        var locked = false
        @OptionGroup(title: "Provisioning") var provisioning: ProvisionOptions
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            var options = try Devenv.upOptions(provider: provider, provisioning, recreate: recreate)
            options.locked = locked
            let session = try openProject(context)
            let (graph, names) = try session.reserve(targets)
            let operation = try await session.prepare {
                try await session.engine.prepareUp(graph, targets: names, options: options)
            }
            return try await makeRun(context, session).carryOut(operation, introducing: graph)
        }
    }

    /// What the options of `up` and its relatives amount to.
    static func upOptions(provider: String?, _ provisioning: ProvisionOptions, recreate: Bool) throws -> UpOptions {
        var options = UpOptions()
        if let provider {
            guard let name = ProviderName(rawValue: provider) else {
                throw CommandFailure.usage("'\(provider)' is no name of a provider")
            }
            options.provider = name
        }
        options.provisioning = provisioning.provisioning
        options.recreate = recreate
        return options
    }
}
