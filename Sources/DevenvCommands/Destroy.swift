import ArgumentParser
import DevenvEngine
import DevenvModel

extension Devenv {
    /// `devenv destroy`.
    struct Destroy: DevenvCommand {
        static let configuration = CommandConfiguration(
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
        @OptionGroup(title: "Execution") var execution: ExecutionOptions
        @OptionGroup(title: "Location") var location: DestroyLocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try ProjectSession.open(
                context, location.options, output, targets: targets.targets, recorded: true)
            let names = try session.known(targets.targets, in: session.graphIfValid())
            let operation = try await session.engine.prepareDestroy(targets: names)
            let answer = await confirm(operation.plan, context)
            return try await act(on: answer, operation, session, context)
        }

        private func act(
            on answer: Prompt.Answer, _ operation: DevenvEngine.Operation, _ session: ProjectSession,
            _ context: CommandContext
        ) async throws -> ExitStatus {
            switch answer {
            case .yes:
                return try await ActionRun(context: context, session: session, output: output, execution: execution)
                    .carryOut(operation)
            case .no:
                context.console.say("Nothing was destroyed.\n")
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
