import ArgumentParser
import DevenvEngine
import DevenvModel

extension Devenv {
    /// `devenv halt`.
    struct Halt: ActionCommand {
        static let configuration = CommandConfiguration(
            commandName: "halt",
            abstract: "Stop machines; those that others depend on go last.",
            usage: "devenv halt [<target> ...] [<options>]",
            discussion: "Without a target it stops every machine of the project. Their disks stay.")

        @Flag(name: .long, help: "Switch them off at once, without asking them to shut down.")
        var force = false
        @OptionGroup var hooks: HookOptions
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await openProject(context, recorded: true)
            let graph = try session.graphIfValid()
            let names = try session.known(targets, in: graph)
            let operation = try await session.engine.prepareHalt(targets: names, force: force)
            return try await hooks.runner(.halt, graph, context, output).around(operation) {
                try await makeRun(context, session).carryOut($0, then: $1)
            }
        }
    }
}
