package import ArgumentParser

/// A command of devenv: parsed by ArgumentParser, run by us with what it needs.
package protocol DevenvCommand: ParsableCommand {
    /// What failures look like with `--json`: as a document in place of the answer, or as the last line of an action.
    static var speaksInLines: Bool { get }

    /// How it is used, for its manual page.
    static var examples: [CommandExample] { get }

    /// How it speaks.
    var output: OutputOptions { get }

    /// Does it.
    func run(in context: CommandContext) async throws -> ExitStatus
}

extension DevenvCommand {
    /// Answers are documents.
    package static var speaksInLines: Bool { false }
    /// Most need none.
    package static var examples: [CommandExample] { [] }
}
