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
            if !force, !operation.plan.isEmpty, try await !isConfirmed(operation.plan, context) {
                context.console.say("Nothing was destroyed.\n")
                return .failed
            }
            return try await ActionRun(context: context, session: session, output: output, execution: execution)
                .carryOut(operation)
        }

        private func isConfirmed(_ plan: DevenvEngine.Plan, _ context: CommandContext) async throws -> Bool {
            let names = plan.machines.map(\.rawValue)
            let question =
                "Destroy \(Phrase.list(names, limit: 10)), with all data in \(names.count == 1 ? "it" : "them")?"
            return try await Prompt(context: context).confirms(question, insteadUse: "-f")
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
