import ArgumentParser
import DevenvBoxes
import DevenvEngine
import DevenvModel
import DevenvPluginAPI

extension Devenv.Box {
    /// `devenv box build`.
    struct Build: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "build",
            abstract: "Make a Debian box from the distribution's own packages.",
            usage: "devenv box build <name>|<definition>.yaml [<options>]",
            discussion: """
                For example: devenv box build debian/12. A file whose name ends in .yaml says all of it: what the box is called, \
                its packages, files and scripts, and for whose machines it is made.
                """)
        static let speaksInLines = true

        @Argument(
            help: ArgumentHelp("What the box is called, or the file of its definition.", valueName: "name"),
            completion: .file(extensions: ["yaml", "yml"]))
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
            if isDefinition { return try await buildDefinition(in: context) }
            let components = context.makeComponents()
            let format = try await components.boxFormat(for: provider.map(ProviderName.init(unchecked:)))
            if format == .directories { try await components.enterForTrees() }
            let record = try await BoxBuilder(store: components.boxes).build(
                name, format: format, suite: suite,
                packages: packages.flatMap { $0.split(separator: ",") }.map(String.init),
                replacing: force,
                progress: progress(in: context))
            try BoxAnswer.print(record, verb: "Built", output, context)
            return .done
        }

        /// Shows what a build says meanwhile.
        func progress(in context: CommandContext) -> @Sendable (String) -> Void {
            let console = context.console
            let isShown = !output.quiet && !output.json
            return { line in if isShown { console.say(SafeText.clean(line) + "\n") } }
        }
    }
}
