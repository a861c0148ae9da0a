import ArgumentParser
import DevenvBoxes
import DevenvEngine
import SystemPackage

extension Devenv.Box {
    /// `devenv box add`.
    struct Add: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a root file system into the store.",
            usage: "devenv box add <source> --name <name> [<options>]",
            discussion: "The source is a directory, or a tar archive, compressed or not.")
        static let speaksInLines = true

        @Argument(help: ArgumentHelp("The directory or archive.", valueName: "source"), completion: .file())
        var source: String
        @Option(name: .long, help: ArgumentHelp("What the box is called.", valueName: "name"))
        var name: String
        @Option(
            name: .customLong("box-version"), help: ArgumentHelp("The box's version.", valueName: "version"))
        var boxVersion: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Who people log in as (default: dev if there is such a user, else root).", valueName: "user"))
        var user: String?
        @Flag(name: [.customShort("f"), .long], help: "Replace a box of this name.")
        var force = false
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let path = context.absolute(source)
            let record = try await context.makeComponents().boxes.add(
                path,
                as: BoxStore.Naming(name: name, version: boxVersion, user: user, source: path.string, replacing: force))
            try BoxAnswer.print(record, verb: "Added", output, context)
            return .done
        }
    }
}
