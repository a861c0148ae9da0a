import ArgumentParser
import DevenvCatalogs
import DevenvEngine
import DevenvHost

extension Devenv.Catalog {
    /// `devenv catalog add`.
    struct Add: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Look for boxes in a catalog from now on.",
            usage: "devenv catalog add <location> [<options>]",
            discussion: """
                A catalog is a directory with a catalog.json, the JSON of one box as Vagrant has it, either on a web server, or a \
                namespace of a registry of container images, as oci://REGISTRY/NAMESPACE. One \
                that is signed is believed only with the key that it is signed with now, or with the one that is given.
                """)
        static let speaksInLines = true

        @Argument(
            help: ArgumentHelp("A directory, a file, or an address.", valueName: "location"), completion: .directory)
        var location: String
        @Option(
            name: .long,
            help: ArgumentHelp("The public key that must have signed it, or a file with it.", valueName: "key"))
        var key: String?
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let supply = context.makeComponents().supply
            let source = CatalogSource(
                try CatalogLocation(location, base: context.workingDirectory), key: try readKey(context))
            let catalog = try await supply.library.open(source)
            if let former = catalog.formerKey, let key = catalog.key {
                try await supply.user.move(catalog.location, from: former, to: key)
            }
            let isNew = try await supply.user.add(source, met: catalog.isNewlyTrusted ? catalog.key : nil)
            if output.json {
                let object = CatalogObject(
                    CatalogSource(catalog.location), key: catalog.key, boxes: catalog.names.count)
                context.console.answer(try JSONText.line(DoneLine(["catalog": object])))
            } else if !output.quiet {
                let count = Phrase.count(catalog.names.count, "box", "boxes")
                context.console.say("\(isNew ? "Added" : "Changed") the catalog \(catalog.location): \(count)\n")
                if let key = catalog.key { context.console.say("It is signed with the key \(key.fingerprint).\n") }
            }
            return .done
        }

        private func readKey(_ context: CommandContext) throws -> PublicKey? {
            guard let key else { return nil }
            if let read = PublicKey(parsing: key) { return read }
            let path = context.absolute(key)
            let bytes = try HostFiles.read(path, limit: 64 << 10) ?? []
            if let read = PublicKey(parsing: String(decoding: bytes, as: UTF8.self)) { return read }
            throw CommandFailure.usage(
                "'\(key)' is neither a public key nor a file with one",
                help: "it looks like 'ssh-ed25519 AAAA…' and is in a file such as ~/.ssh/id_ed25519.pub")
        }
    }
}

/// A catalog.
struct CatalogObject: Encodable {
    let location: String
    let key: String?
    let fingerprint: String?
    let boxes: Int?

    init(_ source: CatalogSource, key: PublicKey?, boxes: Int? = nil) {
        location = source.location.description
        self.key = key?.description
        fingerprint = key?.fingerprint
        self.boxes = boxes
    }
}
