import ArgumentParser
import DevenvPluginAPI
import SystemPackage

extension Devenv {
    /// `devenv upload`.
    struct Upload: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "upload",
            abstract: "Copy files and directories into a machine.",
            usage: "devenv upload <source> ... <machine>:<target> [<options>]",
            discussion: """
                What goes where is as with cp -r: into a directory that is there under its own name, or else, one source \
                alone, to that name; 'source/' means what is in the directory. A target that is no absolute path starts in \
                the home directory of the SSH user. Modes, times and links are kept, a file that is there is replaced once \
                the new one has arrived. Without a machine before the colon it is the primary one, or the only one there is.
                """)
        static let speaksInLines = true

        @Argument(help: ArgumentHelp("Files and directories, then the target.", valueName: "path"), completion: .file())
        var paths: [String]
        @Flag(name: .long, help: "Write as root in the machine, by sudo.")
        var sudo = false
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            guard paths.count >= 2 else { throw ValidationError("there is no target; write it last, as MACHINE:PATH") }
            guard paths.last.flatMap(MachinePath.init) == nil else { return }
            throw ValidationError("'\(paths.last ?? "")' is no target in a machine; write MACHINE:PATH")
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            guard let place = paths.last.flatMap(MachinePath.init) else { return .usage }
            let sources = paths.dropLast().map { path in
                context.absolute(path).string + (path.hasSuffix("/") && path != "/" ? "/" : "")
            }
            let load = FileLoad(.upload(sources, to: place.path), asRoot: sudo)
            return try await CarryRun(context: context, location: location, output: output)
                .carry(load, place, Phrase.list(Array(paths.dropLast()), limit: 3), done: "Uploaded")
        }
    }
}
