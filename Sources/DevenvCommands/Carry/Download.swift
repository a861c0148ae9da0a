import ArgumentParser
import DevenvPluginAPI

extension Devenv {
    /// `devenv download`.
    struct Download: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "download",
            abstract: "Copy a file or a directory out of a machine.",
            usage: "devenv download <machine>:<source> [<target>] [<options>]",
            discussion: """
                What goes where is as with cp -r: into a directory that is there under its own name, or else to that name; \
                'machine:source/' means what is in the directory. Without a target it is the working directory. Modes, \
                times and links are kept, a file that is there is replaced once the new one has arrived.
                """)
        static let speaksInLines = true

        @Argument(help: ArgumentHelp("What to copy, as MACHINE:PATH.", valueName: "machine:source"))
        var source: String
        @Argument(help: ArgumentHelp("Where it goes on this host.", valueName: "target"), completion: .file())
        var target = "."
        @Flag(name: .long, help: "Read as root in the machine, by sudo.")
        var sudo = false
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            if MachinePath(source)?.path.isEmpty == false { return }
            throw ValidationError("'\(source)' is nothing in a machine; write MACHINE:PATH")
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            guard let place = MachinePath(source) else { return .usage }
            let load = FileLoad(.download(place.path, to: context.absolute(target)), asRoot: sudo)
            return try await CarryRun(context: context, location: location, output: output)
                .carry(load, place, source, done: "Downloaded")
        }
    }
}
