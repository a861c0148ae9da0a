import ArgumentParser
import DevenvBoxes
import DevenvEngine
import DevenvPluginAPI

extension Devenv.Box {
    /// `devenv box remove`.
    struct Remove: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove boxes from this host.",
            usage: "devenv box remove <name> ... [<options>]",
            discussion: "Refuses one that machines were made from, unless forced; they keep working even then.")
        static let speaksInLines = true

        @Argument(help: ArgumentHelp("The boxes.", valueName: "name"))
        var names: [String]
        @OptionGroup var only: BoxFormatOption
        @Flag(name: [.customShort("f"), .long], help: "Remove the name although machines use the box.")
        var force = false
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let store = context.makeComponents().boxes
            let what = only.format.map { " (\($0.rawValue))" } ?? ""
            for name in names {
                try await store.remove(name, format: only.format, force: force)
                if !output.quiet, !output.json { context.console.say("Removed \(name)\(what).\n") }
            }
            if output.json { context.console.answer(try JSONText.line(ResultLine(.done))) }
            return .done
        }
    }
}
