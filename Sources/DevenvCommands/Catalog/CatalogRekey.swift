import ArgumentParser
import DevenvCatalogs
import DevenvEngine

extension Devenv.Catalog {
    /// `devenv catalog rekey`.
    struct Rekey: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "rekey",
            abstract: "Give a signed catalog another key.",
            usage: "devenv catalog rekey <location> --key <new> --old-key <old> [<options>]",
            discussion: """
                The old key signs that the new one follows it: whoever has remembered the old one believes the new one, and is \
                told. Everything in the catalog must be signed with the old key. Without the old key there is no way: begin a \
                new catalog.
                """)
        static let speaksInLines = true

        @Argument(
            help: ArgumentHelp("The catalog's directory, or oci://REGISTRY/NAMESPACE.", valueName: "location"),
            completion: .directory)
        var location: String
        @Option(
            name: .long, help: ArgumentHelp("The SSH key to sign with from now on.", valueName: "new"),
            completion: .file())
        var key: String
        @Option(
            name: .customLong("old-key"),
            help: ArgumentHelp("The key that it is signed with.", valueName: "old"), completion: .file())
        var oldKey: String
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let done = try await rekey(context)
            if output.json {
                let keys = ["key": done.key.description, "formerKey": done.former.description]
                context.console.answer(try JSONText.line(DoneLine(keys)))
            } else if !output.quiet {
                context.console.say(
                    done.wasDone
                        ? "It is signed with the key \(done.key.fingerprint) already.\n"
                        : "It is now signed with the key \(done.key.fingerprint); \(done.former.fingerprint) vouches for it.\n"
                )
            }
            return .done
        }

        private func rekey(_ context: CommandContext) async throws -> Rekeying {
            let (new, old) = (context.absolute(key), context.absolute(oldKey))
            let components = context.makeComponents()
            switch try CatalogLocation(location, base: context.workingDirectory) {
            case .directory(let path):
                return try await DirectoryPublisher(directory: path, runner: components.runner).rekey(
                    to: new, from: old)
            case .registry(let name):
                let publisher = RegistryPublisher(
                    catalog: name, catalogs: components.registryCatalogs(), runner: components.runner)
                return try await publisher.rekey(to: new, from: old)
            case .file, .web:
                throw CommandFailure.usage(
                    "'\(location)' is neither a directory of this host nor in a registry",
                    help: "change the key in the directory that is served there")
            }
        }
    }
}
