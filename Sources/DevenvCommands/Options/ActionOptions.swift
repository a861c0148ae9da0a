import ArgumentParser
import DevenvModel

/// What every action on machines takes.
struct ActionOptions: ParsableArguments {
    @OptionGroup var targets: TargetOptions
    @OptionGroup(title: "Execution") var execution: ExecutionOptions
    @OptionGroup(title: "Location") var location: LocationOptions
    @OptionGroup(title: "Output") var output: OutputOptions
}

/// An action on machines: one that speaks in lines, and whose options are these.
protocol ActionCommand: DevenvCommand {
    /// Its options, beside those of its own.
    var action: ActionOptions { get }
}

extension ActionCommand {
    /// Actions print a line of JSON for each event.
    static var speaksInLines: Bool { true }
    /// How it speaks.
    var output: OutputOptions { action.output }
    /// What was named.
    var targets: [TargetExpression] { action.targets.targets }

    /// The project that it is about.
    func openProject(_ context: CommandContext, recorded: Bool = false, wish: ProviderName? = nil)
        async throws -> ProjectSession
    {
        try await ProjectSession.open(
            context, action.location, action.output, targets: targets, recorded: recorded, wish: wish)
    }

    /// What carries its operation out.
    func makeRun(_ context: CommandContext, _ session: ProjectSession) -> ActionRun {
        ActionRun(context: context, session: session, output: action.output, execution: action.execution)
    }
}
