import ArgumentParser

extension Devenv {
    /// `devenv schema`.
    struct Schema: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema",
            abstract: "Print the JSON Schema of the Envfile, for editors and other programs.",
            usage: "devenv schema",
            discussion: "In an editor with YAML's language server, begin the Envfile with:\n"
                + "# yaml-language-server: $schema=envfile.schema.json")

        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            context.console.answer(try JSONText.document(EnvfileSchema(context.makeComponents()).document))
            return .done
        }
    }
}
