import ArgumentParser
import DevenvCatalogs
import DevenvEngine

extension Devenv.Catalog {
    /// `devenv catalog remove`.
    struct Remove: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Look no more into a catalog, and forget its key.",
            usage: "devenv catalog remove <location> ... [<options>]", discussion: "Boxes that came from it stay.")
        static let speaksInLines = true

        @Argument(help: ArgumentHelp("The catalogs, as they are listed.", valueName: "location"))
        var locations: [String]
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let user = context.makeComponents().supply.user
            for location in locations {
                // one that is away can be removed as it was written
                let written = try? CatalogLocation(location, base: context.workingDirectory).text
                let isKnown = try user.list().contains { $0.location.text == written }
                try await user.remove(isKnown ? written ?? location : location)
                if !output.quiet, !output.json { context.console.say("Removed the catalog \(location).\n") }
            }
            if output.json { context.console.answer(try JSONText.line(ResultLine(.done))) }
            return .done
        }
    }
}
