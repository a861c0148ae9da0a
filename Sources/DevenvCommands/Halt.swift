import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv halt`.
    struct Halt: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop machines; those that others depend on go last.",
            usage: "devenv halt [<target> ...] [<options>]",
            discussion: "Without a target it stops every machine of the project. Their disks stay.")
        static let speaksInLines = true

        @OptionGroup var targets: TargetOptions
        @Flag(name: .long, help: "Switch them off at once, without asking them to shut down.")
        var force = false
        @OptionGroup(title: "Execution") var execution: ExecutionOptions
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try ProjectSession.open(context, location, output, targets: targets.targets, recorded: true)
            let names = try session.known(targets.targets, in: session.graphIfValid())
            let operation = try await session.engine.prepareHalt(targets: names, force: force)
            return try await ActionRun(context: context, session: session, output: output, execution: execution)
                .carryOut(operation)
        }
    }
}
