import ArgumentParser
import DevenvBoxes
import DevenvEngine
import DevenvModel

extension Devenv.Box {
    /// `devenv box build`.
    struct Build: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a Debian box from the distribution's own packages.",
            usage: "devenv box build <name> [<options>]",
            discussion: "For example: devenv box build debian/12")
        static let speaksInLines = true

        @Argument(help: ArgumentHelp("What the box is called.", valueName: "name"))
        var name: String
        @Option(
            name: .long,
            help: ArgumentHelp("The release, by its code name (default: from the box's name).", valueName: "suite"))
        var suite: String?
        @Option(
            name: .customLong("include"),
            help: ArgumentHelp("Install these packages as well.", valueName: "package,..."))
        var packages: [String] = []
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Make it for this provider's machines (default: the first that can be used).", valueName: "name"))
        var provider: String?
        @Flag(name: [.customShort("f"), .long], help: "Replace a box of this name.")
        var force = false
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let console = context.console
            let isShown = !output.quiet && !output.json
            let components = context.makeComponents()
            let format = try await components.boxFormat(for: provider.map(ProviderName.init(unchecked:)))
            let record = try await BoxBuilder(store: components.boxes).build(
                name, format: format, suite: suite,
                packages: packages.flatMap { $0.split(separator: ",") }.map(String.init),
                replacing: force,
                progress: { line in if isShown { console.say(SafeText.clean(line) + "\n") } })
            try BoxAnswer.print(record, verb: "Built", output, context)
            return .done
        }
    }
}
