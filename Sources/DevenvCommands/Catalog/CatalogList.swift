import ArgumentParser
import DevenvCatalogs
import DevenvCrypto
import DevenvEngine
import DevenvModel

extension Devenv.Catalog {
    /// `devenv catalog list`.
    struct List: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show your catalogs, or the boxes of one.",
            usage: "devenv catalog list [<location>] [<options>]")

        @Argument(
            help: ArgumentHelp("The catalog to look into.", valueName: "location"), completion: .directory)
        var location: String?
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let supply = context.makeComponents().supply
            guard let location else { return try listCatalogs(supply, context) }
            let source = CatalogSource(try CatalogLocation(location, base: context.workingDirectory))
            let catalog = try await supply.library.open(source)
            let found = try await supply.library.listings(catalog.names, in: catalog)
            let listings = try found.compactMap { try $0.get()?.listing }
            if output.json {
                let boxes = listings.map(ListingObject.init)
                context.console.answer(try JSONText.document(BoxesDocument(boxes: boxes)))
            } else {
                context.console.answer(table(listings).render(context.console.answers.style))
                if catalog.isNewlyTrusted, let key = catalog.key, !output.quiet {
                    context.console.say(
                        "It is signed with the key \(key.fingerprint), which is remembered once you add it or get a box.\n"
                    )
                }
            }
            return .done
        }

        private func listCatalogs(_ supply: BoxSupply, _ context: CommandContext) throws -> ExitStatus {
            let sources = try supply.user.list()
            let objects = try sources.map { CatalogObject($0, key: try supply.user.key(of: $0.location)) }
            if output.json {
                context.console.answer(try JSONText.document(CatalogsDocument(catalogs: objects)))
            } else if objects.isEmpty {
                context.console.answer("You have no catalogs. 'devenv catalog add LOCATION' adds one.\n")
            } else {
                var table = Table(["CATALOG", "KEY"])
                for object in objects { table.add([object.location, object.fingerprint ?? ""]) }
                context.console.answer(table.render(context.console.answers.style))
            }
            return .done
        }

        private func table(_ listings: [BoxListing]) -> Table {
            var table = Table(["BOX", "VERSION", "FOR", "DESCRIPTION"])
            for listing in listings {
                let version = listing.versions.first { !$0.version.isPrerelease } ?? listing.versions.first
                let offers = (version?.offers ?? []).map {
                    [$0.provider, $0.architecture].compactMap { $0 }.joined(separator: " ")
                }
                table.add([
                    listing.name, version?.version.text ?? "", offers.joined(separator: ", "),
                    SafeText.singleLine(String(listing.description.prefix(60))),
                ])
            }
            return table
        }
    }
}

/// The answer of `catalog list --json`.
private struct CatalogsDocument: Encodable {
    let schema = JSONText.schema
    let catalogs: [CatalogObject]

    private enum CodingKeys: String, CodingKey { case schema, catalogs }
}

/// The answer of `catalog list LOCATION --json`.
private struct BoxesDocument: Encodable {
    let schema = JSONText.schema
    let boxes: [ListingObject]

    private enum CodingKeys: String, CodingKey { case schema, boxes }
}

/// What a catalog has of a box.
private struct ListingObject: Encodable {
    let name: String
    let description: String
    let versions: [VersionObject]

    struct VersionObject: Encodable {
        let version: String
        let offers: [OfferObject]
    }

    struct OfferObject: Encodable {
        let provider: String
        let architecture: String?
        let url: String
        let checksum: String?
        let digest: String?
        let size: Int64?
    }

    init(_ listing: BoxListing) {
        name = listing.name
        description = listing.description
        versions = listing.versions.map { version in
            VersionObject(
                version: version.version.text,
                offers: version.offers.map { offer in
                    OfferObject(
                        provider: offer.provider, architecture: offer.architecture, url: offer.url,
                        checksum: offer.checksum?.description, digest: offer.digest, size: offer.size)
                })
        }
    }
}
