import ArgumentParser
import DevenvHost
import SystemPackage

extension Devenv {
    /// `devenv manual`.
    struct Manual: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "manual",
            abstract: "Write the manual pages, or print one.",
            usage: "devenv manual [<page>] [<options>]\n       devenv manual --to <directory> [<options>]",
            discussion: """
                Every command has a page, named as in devenv-box-add(1), and the Envfile has envfile(5). They are made from what \
                this devenv knows of itself.
                """)

        @Argument(
            help: ArgumentHelp("The page to print, such as up, box-add or envfile.", valueName: "page"),
            completion: .custom { _, _, _ in ManualPages.commandNames })
        var page: String?
        @Option(
            name: .long,
            help: ArgumentHelp("Write all pages into man1 and man5 below this directory.", valueName: "directory"),
            completion: .directory)
        var to: String?
        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            if page != nil, to != nil { throw ValidationError("'--to' writes all pages; it goes with none") }
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            let pages = try ManualPages.all(context.makeComponents())
            if let to { return try write(pages, below: context.absolute(to), context) }
            let name = page ?? "devenv"
            guard let page = pages.first(where: { $0.isMeant(by: name) }) else {
                throw CommandFailure.usage(
                    "there is no page '\(name)'", help: "'devenv manual --to DIRECTORY' writes all of them")
            }
            let document = ManualDocument(text: page.text, paths: nil)
            context.console.answer(output.json ? try JSONText.document(document) : page.text)
            return .done
        }

        private func write(_ pages: [ManualPage], below directory: FilePath, _ context: CommandContext) throws
            -> ExitStatus
        {
            var paths: [String] = []
            for page in pages {
                let folder = directory.appending("man\(page.reference.section)")
                try HostFiles.makeDirectory(
                    folder, mode: [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute])
                let path = folder.appending("\(page.reference.name).\(page.reference.section)")
                try AtomicFile.write(
                    Array(page.text.utf8), to: path, mode: [.ownerReadWrite, .groupRead, .otherRead], durable: false)
                paths.append(path.string)
            }
            if output.json {
                context.console.answer(try JSONText.document(ManualDocument(text: nil, paths: paths)))
            } else if !output.quiet {
                context.console.answer("Wrote \(paths.count) pages below \(directory).\n")
            }
            return .done
        }
    }
}

/// The answer of `manual --json`.
private struct ManualDocument: Encodable {
    let schema = JSONText.schema
    let text: String?
    let paths: [String]?

    private enum CodingKeys: String, CodingKey { case schema, text, paths }
}
