import ArgumentParser
import DevenvBoxes
import DevenvDownload
import DevenvEngine
import DevenvModel
import DevenvRegistry

extension Devenv.Box {
    /// `devenv box gc`.
    struct Clean: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "gc",
            abstract: "Remove images that no box stands for and no machine needs.",
            usage: "devenv box gc [<options>]",
            discussion:
                "Also what commands that were killed have left, and downloads that nobody went on with for a week. No box is lost."
        )
        static let speaksInLines = true

        @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Only show what would be removed.")
        var isRehearsal = false
        @Flag(name: .long, help: "Remove also the packages that 'box build' has fetched.")
        var packages = false
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let components = context.makeComponents()
            try await components.enterForTrees()
            var cleaning = try await components.boxes.collectGarbage(packages: packages, isRehearsal: isRehearsal)
            let parts = try await components.supply.downloader.collectParts(
                isRehearsal: isRehearsal, orWhere: components.supply.isStored)
            let blobs = try components.registryBoxes().collectBlobs(isRehearsal: isRehearsal)
            cleaning.freed = ByteCount(bytes: cleaning.freed.bytes + parts + blobs)
            try CleaningAnswer.print(cleaning, isRehearsal: isRehearsal, output, context)
            return .done
        }
    }
}
