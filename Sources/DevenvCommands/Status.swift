import ArgumentParser
import DevenvEngine
import DevenvModel

extension Devenv {
    /// `devenv status`.
    struct Status: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show the machines as they are at this moment.",
            usage: "devenv status [<target> ...] [<options>]",
            discussion:
                "Without a target it shows every machine of the project. A single machine is shown in detail. Changes nothing."
        )

        @OptionGroup var targets: TargetOptions
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await ProjectSession.open(
                context, location, output, targets: targets.targets, recorded: true)
            let graph = try session.graphIfValid()
            let names = Set(try session.known(targets.targets, in: graph))
            let machines = try await session.engine.status(graph, of: names)
            context.console.answer(try text(machines, project: graph?.envfile.name.rawValue, context))
            return .done
        }

        private func text(_ machines: [MachineStatus], project: String?, _ context: CommandContext) throws -> String {
            if output.json { return try JSONText.document(StatusDocument(project: project, machines)) }
            let style = context.console.answers.style
            if machines.isEmpty { return "This project has no machines.\n" }
            guard targets.targets.count == 1, machines.count == 1 else {
                return StatusText.table(machines, style: style)
            }
            return StatusText.details(machines[0], style: style)
        }
    }
}
