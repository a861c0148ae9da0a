import ArgumentParser
import DevenvBoxes
import DevenvEngine
import DevenvPluginAPI

extension Devenv.Box {
    /// `devenv box prune`.
    struct Prune: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune",
            abstract: "Remove old versions of boxes.",
            usage: "devenv box prune [<options>]",
            discussion: """
                Of each name, format and processor the newest version stays, and so do those that machines use.
                """)
        static let speaksInLines = true

        @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Only show what would be removed.")
        var isRehearsal = false
        @Option(name: .long, help: ArgumentHelp("Only old versions of this box.", valueName: "name"))
        var name: String?
        @Option(
            name: .long,
            help: ArgumentHelp("Only those of this format: directories, qcow2 or ovf.", valueName: "format"))
        var format: BoxImage.Format?
        @Option(name: .long, help: ArgumentHelp("Only those for this processor, such as amd64.", valueName: "name"))
        var architecture: String?
        @Flag(
            name: [.customShort("k"), .customLong("keep-active-boxes"), .customLong("keep-active")],
            help: "Keep those that machines use, as without --force.")
        var keepsActive = false
        @Flag(name: [.customShort("f"), .long], help: "Remove also those that machines use; they keep working.")
        var force = false
        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            if force, keepsActive { throw ValidationError("--force and --keep-active-boxes mean the opposite") }
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            let components = context.makeComponents()
            try await components.enterForTrees()
            let cleaning = try await components.boxes.prune(
                BoxStore.Pruning(
                    name: name, filter: BoxFilter(format: format, architecture: architecture), takesUsed: force),
                isRehearsal: isRehearsal)
            try CleaningAnswer.print(cleaning, isRehearsal: isRehearsal, output, context)
            return .done
        }
    }
}
