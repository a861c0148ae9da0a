import ArgumentParser
import DevenvEngine
import DevenvModel

extension Devenv {
    /// `devenv up`.
    struct Up: ActionCommand {
        static let configuration = CommandConfiguration(
            commandName: "up",
            abstract: "Make, start, sync and provision machines until they are as the Envfile says.",
            usage: "devenv up [<target> ...] [<options>]\n       devenv up <name>.plan [<options>]",
            discussion: """
                Without a target it means all machines with autostart. Machines that the named ones depend on come with \
                them. A second `up` has nothing to do, or does what \
                changed since. A plan that was saved with 'devenv plan --out' is carried out as it is, or not at all where \
                something that it rests on has changed.
                """)

        @Option(
            name: .long, help: ArgumentHelp("Make new machines with this provider.", valueName: "name"),
            completion: .providers)
        var provider: String?
        @Flag(name: .long, help: "Destroy machines and make them again where a change needs that; their data is lost.")
        var recreate = false
        @Flag(name: .long, help: "Change nothing in the lock file: fail where a box is not pinned there.")
        var locked = false
        @OptionGroup(title: "Provisioning") var provisioning: ProvisionOptions
        @OptionGroup var hooks: HookOptions
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            if let file = try planFile() { return try await carryOut(file, context) }
            var options = try Devenv.upOptions(provider: provider, provisioning, recreate: recreate)
            options.locked = locked
            let session = try await openProject(context, wish: options.provider)
            let (graph, names) = try session.reserve(targets)
            let operation = try await session.prepare {
                try await session.engine.prepareUp(graph, targets: names, options: options)
            }
            return try await hooks.runner(.up, graph, context, output).around(operation) {
                try await makeRun(context, session).carryOut($0, introducing: graph, then: $1)
            }
        }

        /// The plan that was named in place of targets: no machine has a dot in its name.
        private func planFile() throws -> PlanFile? {
            let files = targets.compactMap { PlanFile(argument: $0.text) }
            guard let file = files.first else { return nil }
            let hasWishes = provider != nil || recreate || locked || provisioning.provisioning != .due
            guard targets.count == 1, !hasWishes else {
                throw CommandFailure.usage(
                    "a saved plan has its own targets and options", help: "run 'devenv up \(file.path)'")
            }
            return file
        }

        private func carryOut(_ file: PlanFile, _ context: CommandContext) async throws -> ExitStatus {
            let saved = try SavedPlan.read(context.absolute(file.path))
            let session = try await ProjectSession.open(context, action.location, action.output)
            let (graph, _) = try session.reserve([])
            let operation = try await session.prepare {
                try await session.engine.prepareUp(
                    graph, targets: try saved.machines(in: graph), options: saved.upOptions, expecting: saved.basis)
            }
            return try await hooks.runner(.up, graph, context, output).around(operation) {
                try await makeRun(context, session).carryOut($0, introducing: graph, then: $1)
            }
        }
    }

    /// What the options of `up` and its relatives amount to.
    static func upOptions(provider: String?, _ provisioning: ProvisionOptions, recreate: Bool) throws -> UpOptions {
        var options = UpOptions()
        options.provider = try providerName(provider)
        options.provisioning = provisioning.provisioning
        options.recreate = recreate
        return options
    }

    /// The provider that `--provider` names.
    static func providerName(_ text: String?) throws -> ProviderName? {
        guard let text else { return nil }
        if let name = ProviderName(rawValue: text) { return name }
        throw CommandFailure.usage("'\(text)' is no name of a provider")
    }
}
