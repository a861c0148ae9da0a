import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv plan`.
    struct Plan: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "plan",
            abstract: "Show what `up` would do, and why.",
            usage: "devenv plan [<target> ...] [<options>]",
            discussion:
                "Without a target it means all machines with autostart. Exits with 0 where there is nothing to do and with 10 where there is. Changes nothing."
        )

        @OptionGroup var targets: TargetOptions
        @Option(
            name: .long, help: ArgumentHelp("Plan new machines with this provider.", valueName: "name"),
            completion: .providers)
        var provider: String?
        @Flag(name: .long, help: "Plan to destroy machines and make them again where a change needs that.")
        var recreate = false
        @Option(
            name: .long,
            help: ArgumentHelp("Save it as this file, NAME.plan, for 'devenv up NAME.plan'.", valueName: "file"))
        var out: PlanFile?
        @OptionGroup(title: "Provisioning") var provisioning: ProvisionOptions
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let options = try Devenv.upOptions(provider: provider, provisioning, recreate: recreate)
            let session = try await ProjectSession.open(context, location, output, targets: targets.targets)
            let graph = try session.graph()
            let names = try session.declared(targets.targets, in: graph)
            let operation = try await session.engine.prepareUp(
                graph, targets: names, options: options, saving: out != nil)
            let plan = operation.plan
            if let out { try SavedPlan(operation, names, options).write(to: context.absolute(out.path)) }
            context.console.answer(
                try output.json
                    ? JSONText.document(PlanDocument(plan))
                    : PlanText.render(plan, style: context.console.answers.style))
            if let out, !output.json, !output.quiet {
                context.console.say(
                    "Saved: 'devenv up \(out.path)' does exactly this, or nothing where something has changed.\n")
            }
            return plan.isEmpty ? .done : .changes
        }
    }
}
