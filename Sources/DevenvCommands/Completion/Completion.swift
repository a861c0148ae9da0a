import ArgumentParser

extension Devenv {
    /// `devenv completion`.
    struct Completion: DevenvCommand {
        /// A shell that it is made for.
        enum Shell: String, ExpressibleByArgument, CaseIterable {
            case bash, zsh, fish
        }

        static let configuration = CommandConfiguration(
            commandName: "completion",
            abstract: "Print the completion script of a shell.",
            usage: "devenv completion <shell>",
            discussion: "For example: devenv completion bash > /etc/bash_completion.d/devenv")

        @Argument(help: "bash, zsh or fish.")
        var shell: Shell
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let kind: CompletionShell =
                switch shell {
                case .bash: .bash
                case .zsh: .zsh
                case .fish: .fish
                }
            let script = Devenv.completionScript(for: kind)
            context.console.answer(
                output.json ? try JSONText.document(CompletionDocument(script: script)) : script + "\n")
            return .done
        }
    }
}

/// The answer of `completion --json`.
private struct CompletionDocument: Encodable {
    let schema = JSONText.schema
    let script: String

    private enum CodingKeys: String, CodingKey { case schema, script }
}
