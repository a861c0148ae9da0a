import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv halt`.
    struct Halt: ActionCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop machines; those that others depend on go last.",
            usage: "devenv halt [<target> ...] [<options>]",
            discussion: "Without a target it stops every machine of the project. Their disks stay.")

        @Flag(name: .long, help: "Switch them off at once, without asking them to shut down.")
        var force = false
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try openProject(context, recorded: true)
            let names = try session.known(targets, in: session.graphIfValid())
            let operation = try await session.engine.prepareHalt(targets: names, force: force)
            return try await makeRun(context, session).carryOut(operation)
        }
    }
}
