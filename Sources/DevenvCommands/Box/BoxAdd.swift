import ArgumentParser
import DevenvBoxes
import DevenvCatalogs
import DevenvCrypto
import DevenvDownload
import DevenvEngine
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvRegistry
import SystemPackage

extension Devenv.Box {
    /// `devenv box add`.
    struct Add: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Take a box into the store: from a catalog, a web server or a file.",
            usage: "devenv box add <source> [<options>]",
            discussion: """
                The source is the name of a box in a catalog, with a version constraint behind '@' or not; the image of a container, \
                or a box, in a registry, as oci:REGISTRY/NAME:TAG; the JSON of a box as \
                Vagrant's catalogs have it, a file or an address; or, with --name, a directory or a tar archive, which containers \
                start from, or a qcow2 image or a Vagrant box for libvirt or VirtualBox, which virtual machines start from. A name \
                may stand for one of each version, format and processor.
                """)
        static let speaksInLines = true

        @Argument(
            help: ArgumentHelp("A name, an address, or what there is here.", valueName: "source"), completion: .file())
        var source: String
        @Option(
            name: .long, help: ArgumentHelp("What the box is called, where the source does not say.", valueName: "name")
        )
        var name: String?
        @Option(
            name: .customLong("box-version"),
            help: ArgumentHelp("The box's version; of a catalog, which versions will do.", valueName: "version"))
        var boxVersion: String?
        @Option(
            name: .long, help: ArgumentHelp("Look into this catalog only.", valueName: "location"),
            completion: .directory)
        var catalog: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Of a catalog, the box for this provider's machines (default: the first that can be used).",
                valueName: "name"))
        var provider: String?
        @Option(
            name: .long,
            help: ArgumentHelp("The processor that it is for, such as amd64.", valueName: "name"))
        var architecture: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "The digest that the file must have, such as sha256:…; also md5, sha1, sha384 and sha512.",
                valueName: "checksum"))
        var checksum: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Who people log in as (default: dev; vagrant in Vagrant's boxes; root in a tree without dev).",
                valueName: "user"))
        var user: String?
        @Option(
            name: .customLong("login-key"),
            help: ArgumentHelp(
                "A private key that the disk image lets in; the first login replaces it.", valueName: "file"),
            completion: .file())
        var loginKey: String?
        @Flag(name: [.customShort("f"), .long], help: "Replace an image of this name, version, format and processor.")
        var force = false
        @Flag(name: .long, help: "Speak to the registry without a certificate that this host trusts.")
        var insecure = false
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let components = context.makeComponents()
            try await components.enterForTrees()
            let fetch = BoxFetch(output: output, context: context)
            let record: BoxRecord
            if let image = try registryImage(context) {
                record = try await add(image, components, context)
                try BoxAnswer.print(record, verb: "Added", output, context)
                return .done
            }
            switch try BoxSource(source, context) {
            case .name(let reference): record = try await add(reference, components, fetch, context)
            case .catalog(let location): record = try await add(from: location, components, fetch)
            case .address(let address): record = try await add(address, components, fetch, context)
            case .path(let path):
                record = try await components.boxes.add(
                    path, as: try naming(path.string, context), expecting: try expectation(),
                    notice: { fetch.say("note: \($0)") })
            }
            try BoxAnswer.print(record, verb: "Added", output, context)
            return .done
        }
    }
}

// The ways to a box.
extension Devenv.Box.Add {
    /// By its name, from the catalog that is named or from the user's.
    private func add(
        _ reference: (name: String, constraint: VersionConstraint?), _ components: EngineComponents, _ fetch: BoxFetch,
        _ context: CommandContext
    ) async throws -> BoxRecord {
        let supply = components.supply(isInsecure: insecure)
        let sources =
            if let catalog { [CatalogSource(try CatalogLocation(catalog, base: context.workingDirectory))] } else {
                try supply.user.list()
            }
        let wish = try await wish(reference.name, reference.constraint, components)
        return try await fetch.get(try await supply.find(wish, in: sources), supply, replacing: force)
    }

    /// By the JSON of a box.
    private func add(
        from location: CatalogLocation, _ components: EngineComponents, _ fetch: BoxFetch
    ) async throws -> BoxRecord {
        let supply = components.supply(isInsecure: insecure)
        let catalog = try await supply.library.open(CatalogSource(location))
        guard catalog.names.count == 1, let found = catalog.names.first else {
            throw CommandFailure.usage(
                "the catalog '\(catalog.location)' has several boxes",
                help: "name one: 'devenv box add NAME --catalog \(catalog.location)'")
        }
        guard name == nil || name == found else {
            throw CommandFailure.usage(
                "the box in '\(catalog.location)' is called '\(found)'", help: "leave out --name")
        }
        let find = try await supply.find(try await wish(found, nil, components), in: [CatalogSource(location)])
        return try await fetch.get(find, supply, replacing: force)
    }

    /// From a web server: a box, or the JSON of one, which is told when it has come.
    private func add(
        _ address: WebAddress, _ components: EngineComponents, _ fetch: BoxFetch, _ context: CommandContext
    ) async throws -> BoxRecord {
        if address.fileName.hasSuffix(".json") { return try await add(from: .web(address), components, fetch) }
        let expectation = try expectation()
        let download = Download(
            address, checksum: expectation.checksum, subject: name.map { "the box '\($0)'" } ?? "a box")
        do {
            let naming = name == nil ? nil : try naming(address.description, context)
            return try await fetch.get(
                download, naming, Self.unnamed(address.description), expectation,
                components.supply(isInsecure: insecure))
        } catch is BoxFetch.IsCatalog {
            return try await add(from: .web(address), components, fetch)
        }
    }

    /// From a registry of container images.
    private func add(
        _ image: ImageReference, _ components: EngineComponents, _ context: CommandContext
    ) async throws -> BoxRecord {
        let fetch = BoxFetch(output: output, context: context)
        return try await fetch.get(
            image, try naming(image.description, context), components.registryBoxes(isInsecure: insecure))
    }

    private func registryImage(_ context: CommandContext) throws -> ImageReference? {
        let image = ImageReference(source, base: context.absolute("."))
        guard image == nil, ImageReference.isMeant(by: source) else { return image }
        throw CommandFailure.usage(
            "'\(source)' names no image of a registry",
            help: "write oci:REGISTRY/NAME:TAG, or the path of a directory with an OCI layout")
    }

    private func wish(
        _ name: String, _ constraint: VersionConstraint?, _ components: EngineComponents
    ) async throws -> BoxSupply.Wish {
        var wish = BoxSupply.Wish(name: name, constraint: constraint, architecture: architecture)
        if let boxVersion {
            guard constraint == nil, let read = VersionConstraint(parsing: boxVersion) else {
                throw CommandFailure.usage(
                    constraint == nil
                        ? "'\(boxVersion)' is no version constraint" : "both '@' and --box-version say which version")
            }
            wish.constraint = read
        }
        let format = try await components.boxFormat(for: provider.map(ProviderName.init(unchecked:)))
        wish.formats = [format] + (provider == nil ? BoxImage.Format.allCases.filter { $0 != format } : [])
        return wish
    }

    private func naming(_ place: String, _ context: CommandContext) throws -> BoxStore.Naming {
        guard let name else { throw Self.unnamed(place) }
        return BoxStore.Naming(
            name: name, version: boxVersion, user: user, architecture: architecture,
            loginKey: try loginKey.map { try LoginKey(reading: context.absolute($0)) }, source: place, replacing: force)
    }

    private static func unnamed(_ place: String) -> CommandFailure {
        .usage("what the box in '\(place)' is to be called is not said", help: "name it with --name")
    }

    private func expectation() throws -> BoxStore.Expectation {
        guard let checksum else { return BoxStore.Expectation() }
        guard let read = Checksum(parsing: checksum) else {
            throw CommandFailure.usage(
                "'\(checksum)' is no checksum",
                help: "write the function and the digits of the digest: sha256:…; sha256sum FILE tells them")
        }
        return BoxStore.Expectation(checksum: read)
    }
}
