import ArgumentParser
import DevenvEngine
import DevenvPluginAPI
import DevenvState
import SystemPackage

extension Devenv {
    /// `devenv doctor`.
    struct Doctor: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "doctor",
            abstract: "Show what is usable on this host, why not, and what mends it.",
            usage: "devenv doctor [<options>]",
            discussion: "Exits with 1 where no provider can be used. Changes nothing.")

        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let store = ProjectStore(directory: "/", host: context.host, command: context.commandLine)
            let providers = await Engine(context.makeComponents(), store: store).findings()
            var sections = providers.map { ExaminedSubject("provider \($0.provider)", $0.findings) }
            let condition = HostCondition.current(context.host).findings
            sections.append(
                ExaminedSubject("host", HostTools.findings(path: context.environment["PATH"]) + condition))
            let isUsable = providers.contains { provider in
                !provider.findings.contains { $0.severity == .problem }
            }
            context.console.answer(
                try output.json
                    ? JSONText.document(DoctorDocument(isUsable: isUsable, sections))
                    : DoctorText.render(sections, isUsable: isUsable, context.console.answers, isQuiet: output.quiet))
            return isUsable ? .done : .failed
        }
    }
}
