import ArgumentParser
import DevenvDiagnostics
import DevenvModel
import SystemPackage

extension Devenv {
    /// `devenv validate`.
    struct Validate: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "validate",
            abstract: "Report everything that is wrong with the Envfile.",
            usage: "devenv validate [<options>]",
            discussion: "Exits with 2 where something is. Changes nothing.")

        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await ProjectSession.open(context, location, output, reaching: false)
            let (graph, diagnostics) = try session.problems()
            guard let graph, !diagnostics.hasErrors else { throw CommandFailure.invalid(diagnostics) }
            if output.json {
                let machines = graph.machines.map(\.name.value.rawValue)
                context.console.answer(try JSONText.document(ValidDocument(machines: machines, diagnostics)))
                return .done
            }
            let renderer = DiagnosticRenderer(color: context.console.messages.style.isColored)
            context.console.say(renderer.render(diagnostics.ordered))
            if !output.quiet {
                let file = session.place.envfile?.lastComponent?.string ?? "Envfile"
                context.console.answer("\(file) is valid: \(Phrase.count(graph.machines.count, "machine")).\n")
            }
            return .done
        }
    }
}

/// The answer of `validate --json` for a valid Envfile.
private struct ValidDocument: Encodable {
    let schema = JSONText.schema
    let valid = true
    let machines: [String]
    let diagnostics: [DiagnosticObject]

    init(machines: [String], _ diagnostics: [Diagnostic]) {
        self.machines = machines
        self.diagnostics = diagnostics.ordered.map(DiagnosticObject.init)
    }

    private enum CodingKeys: String, CodingKey { case schema, valid, machines, diagnostics }
}
