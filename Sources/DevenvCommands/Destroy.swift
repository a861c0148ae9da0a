import ArgumentParser
import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState

extension Devenv {
    /// `devenv destroy`.
    struct Destroy: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "destroy",
            abstract: "Remove machines with everything that was made for them.",
            usage: "devenv destroy [<target> ...] [<options>]",
            discussion: """
                Without a target it removes every machine of the project. It works from what was recorded: a broken or \
                missing Envfile, box or script does not stop it.
                """)
        static let speaksInLines = true

        @OptionGroup var targets: TargetOptions
        @Flag(name: [.customShort("f"), .long], help: "Don't ask.")
        var force = false
        @Flag(name: .long, help: "Remove the machines that the Envfile no longer has, and no others.")
        var orphans = false
        @OptionGroup var hooks: HookOptions
        @OptionGroup(title: "Execution") var execution: ExecutionOptions
        @OptionGroup(title: "Location") var location: DestroyLocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await ProjectSession.open(
                context, location.options, output, targets: targets.targets, recorded: true)
            // hooks of an Envfile that is broken or gone are not run: nothing may keep machines from going
            let graph = orphans ? try session.graph() : try session.graphIfValid()
            let names = try machines(session, graph)
            let operation = try await session.engine.prepareDestroy(targets: names, graph: graph)
            let answer = await confirm(operation.plan, context)
            return try await act(on: answer, operation, graph, session, context)
        }

        func validate() throws {
            guard orphans, !targets.targets.isEmpty else { return }
            throw ValidationError("'--orphans' and targets exclude each other")
        }

        private func machines(_ session: ProjectSession, _ graph: MachineGraph?) throws -> [MachineName] {
            guard orphans else { return try session.known(targets.targets, in: graph) }
            // what a broken Envfile has is not known, and all machines would be orphans of a missing one
            let declared = Set((graph?.machines ?? []).map(\.name.value))
            return try session.store.machines().map(\.identity.name).filter { !declared.contains($0) }
        }

        private func act(
            on answer: Prompt.Answer, _ operation: DevenvEngine.Operation, _ graph: MachineGraph?,
            _ session: ProjectSession, _ context: CommandContext
        ) async throws -> ExitStatus {
            switch answer {
            case .yes:
                return try await hooks.runner(.destroy, graph, context, output).around(operation) {
                    try await ActionRun(context: context, session: session, output: output, execution: execution)
                        .carryOut($0, then: $1)
                }
            case .no:
                context.console.say("Nothing was destroyed.\n")
                if output.json { context.console.answer(try JSONText.line(ResultLine(.failed))) }
                return .failed
            case .interrupted: throw CommandFailure.interrupted
            case .impossible:
                throw CommandFailure.failed(
                    "this needs a confirmation, and there is no terminal to ask on",
                    help: "say -f to do it without asking")
            }
        }

        private func confirm(_ plan: DevenvEngine.Plan, _ context: CommandContext) async -> Prompt.Answer {
            if force || plan.isEmpty { return .yes }
            let names = plan.machines.map(\.rawValue)
            let whole = names.count == 1 ? "it" : "them"
            return await Prompt(context: context)
                .ask("Destroy \(Phrase.list(names, limit: 10)), with all data in \(whole)?")
        }
    }

    /// Where the project is, for a command whose `-f` means something else.
    struct DestroyLocationOptions: ParsableArguments {
        @Option(
            name: .customLong("file"), help: ArgumentHelp("Use this Envfile (DEVENV_FILE).", valueName: "path"),
            completion: .file())
        var file: String?
        @Option(
            name: [.customShort("C"), .customLong("directory")],
            help: ArgumentHelp("Search for the Envfile from this directory (DEVENV_CWD).", valueName: "directory"),
            completion: .directory)
        var directory: String?

        /// The same as other commands have it.
        var options: LocationOptions { LocationOptions(file: file, directory: directory) }
    }
}
