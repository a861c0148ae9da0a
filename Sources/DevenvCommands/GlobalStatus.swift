import ArgumentParser
import DevenvEngine

extension Devenv {
    /// `devenv global-status`.
    struct GlobalStatus: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "global-status",
            abstract: "Show the machines of all projects of this host.",
            usage: "devenv global-status [<options>]",
            discussion: "As they are at this moment, from anywhere. Changes nothing.")

        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let survey = try await HostSurvey.take(context.makeComponents())
            context.console.answer(
                try output.json
                    ? JSONText.document(GlobalStatusDocument(survey))
                    : GlobalStatusText.render(survey, style: context.console.answers.style))
            return .done
        }
    }
}
