import ArgumentParser
import DevenvDiagnostics
package import SystemPackage

/// One run of `devenv`: from its arguments to its exit status.
package struct Program: Sendable {
    private let environment: [String: String]
    private let workingDirectory: FilePath
    private let interruption: Interruption
    private let composition: CommandContext.Composition
    private let makeConsole: @Sendable (ColorChoice, [String: String]) -> Console

    /// Puts the program together.
    package init(
        environment: [String: String], workingDirectory: FilePath, interruption: Interruption,
        composition: @escaping CommandContext.Composition,
        makeConsole: @escaping @Sendable (ColorChoice, [String: String]) -> Console = {
            Console(color: $0, environment: $1)
        }
    ) {
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.interruption = interruption
        self.composition = composition
        self.makeConsole = makeConsole
    }

    /// Gives the answers that programs ask for and wait for, and that need no threads; nil for all else.
    package func answerAtOnce(_ arguments: [String]) -> ExitStatus? {
        if arguments.first == "---completion" { return complete(arguments, makeConsole(.auto, environment)) }
        guard arguments == ["--version"] else { return nil }
        makeConsole(.auto, environment).answer(Version.current + "\n")
        return .done
    }

    /// Runs a command line, given without the program's own name.
    package func run(_ arguments: [String]) async -> ExitStatus {
        if let status = answerAtOnce(arguments) { return status }
        let console = makeConsole(.auto, environment)
        do {
            let arguments = LeadingOptions.moveBehindCommand(arguments)
            try Devenv.checkCommand(arguments)
            var command = try Devenv.parseAsRoot(CommandWords.markWords(arguments))
            guard let command = command as? any DevenvCommand else {
                try command.run()
                return .done
            }
            return await run(command, arguments)
        } catch let failure as CommandFailure {
            FailureText.write(failure, to: console)
            return failure.status
        } catch {
            return parserAnswer(error, console)
        }
    }

    /// Answers a completion script: the parser knows which argument is meant, and asks for its names.
    private func complete(_ arguments: [String], _ console: Console) -> ExitStatus {
        let source = CompletionSource(
            environment: environment, workingDirectory: workingDirectory, composition: composition)
        return CompletionSource.$current.withValue(source) {
            do { _ = try Devenv.parseAsRoot(arguments) } catch { return parserAnswer(error, console) }
            return .usage
        }
    }

    private func run(_ command: any DevenvCommand, _ arguments: [String]) async -> ExitStatus {
        let console = makeConsole(command.output.color, environment)
        let context = CommandContext(
            environment: environment, workingDirectory: workingDirectory,
            commandLine: (["devenv"] + arguments).joined(separator: " "), console: console, interruption: interruption,
            composition: composition)
        do {
            return try await command.run(in: context)
        } catch {
            let failure = interruption.failure(error)
            if command.output.json { printJSON(failure, inLines: type(of: command).speaksInLines, console) }
            FailureText.write(failure, to: console)
            return failure.status
        }
    }

    private func printJSON(_ failure: CommandFailure, inLines: Bool, _ console: Console) {
        // Texts and numbers can always be encoded.
        let text = inLines ? try? JSONText.line(ResultLine(failure)) : try? JSONText.document(FailureDocument(failure))
        if let text { console.answer(text) }
    }

    /// Help and versions are answers, everything else is a wrong command line.
    private func parserAnswer(_ error: any Error, _ console: Console) -> ExitStatus {
        let text = Devenv.fullMessage(for: error)
        guard !Devenv.exitCode(for: error).isSuccess else {
            console.answer(text + "\n")
            return .done
        }
        let prefix = "Error: "
        let message = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
        console.say("\(console.messages.style.paint("error", .bad)): \(message)\n")
        return .usage
    }
}
