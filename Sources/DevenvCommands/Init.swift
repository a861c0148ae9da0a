import ArgumentParser
import DevenvHost
import DevenvModel
import SystemPackage

extension Devenv {
    /// `devenv init`.
    struct Init: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Write an Envfile to start from.",
            usage: "devenv init [<box>] [<options>]",
            discussion: "Never overwrites one.")

        @Argument(help: ArgumentHelp("The box that the machines start from.", valueName: "box"))
        var box = "debian/12"
        @Option(name: .long, help: ArgumentHelp("What to write: single, web or cluster.", valueName: "name"))
        var template: EnvfileTemplate = .single
        @Option(
            name: [.customShort("C"), .customLong("directory")],
            help: ArgumentHelp("Write it in this directory.", valueName: "directory"), completion: .directory)
        var directory: String?
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            guard let reference = BoxReference(parsing: box) else {
                throw CommandFailure.usage("'\(box)' can't be the name of a box", help: "for example: debian/12")
            }
            let directory = directory.map(context.absolute) ?? context.workingDirectory
            if let existing = EnvfileTemplate.fileNames.first(where: { HostFiles.kind(directory.appending($0)) != nil })
            {
                throw CommandFailure.failed(
                    "writing an Envfile in '\(directory)': there is '\(existing)' already",
                    help: "edit it, or remove it")
            }
            let path = directory.appending(EnvfileTemplate.fileNames[0])
            try write(template.text(box: reference.description), to: path)
            if output.json {
                context.console.answer(try JSONText.document(InitDocument(path: path.string)))
            } else if !output.quiet {
                context.console.answer("Wrote \(path). Edit it, then run 'devenv up'.\n")
            }
            return .done
        }

        /// Exclusive creation: a file that appears in this moment is not overwritten either.
        private func write(_ text: String, to path: FilePath) throws {
            try HostError.wrap("writing", path) {
                let file = try FileDescriptor.open(
                    path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: [.ownerReadWrite, .groupRead, .otherRead])
                try file.closeAfter { _ = try file.writeAll(text.utf8) }
            }
        }
    }
}

extension EnvfileTemplate: ExpressibleByArgument {}

/// The answer of `init --json`.
private struct InitDocument: Encodable {
    let schema = JSONText.schema
    let path: String

    private enum CodingKeys: String, CodingKey { case schema, path }
}
