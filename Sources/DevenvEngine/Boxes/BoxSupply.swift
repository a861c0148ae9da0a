package import DevenvBoxes
package import DevenvCatalogs
import DevenvCrypto
package import DevenvDownload
import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

/// Gets boxes out of catalogs into the store.
package struct BoxSupply: Sendable {
    /// Reads catalogs.
    package let library: CatalogLibrary
    /// The catalogs of the user.
    package let user: UserCatalogs
    private let boxes: BoxStore
    /// Downloads boxes.
    package let downloader: Downloader
    let architectures: [String]

    init(_ components: EngineComponents) {
        library = CatalogLibrary(directories: components.host, runner: components.runner)
        user = UserCatalogs(directories: components.host)
        boxes = components.boxes
        downloader = Downloader(directories: components.host)
        architectures = HostArchitecture.runnable
    }

    /// A box that is wanted by its name.
    package struct Wish: Hashable, Sendable {
        /// Its name.
        package var name: String
        /// Which versions will do; nil for every release.
        package var constraint: VersionConstraint?
        /// The formats that will do, the preferred one first; empty for all.
        package var formats: [BoxImage.Format]
        /// The processor that it must be for; nil for one that this host runs.
        package var architecture: String?

        /// Describes it.
        package init(
            name: String, constraint: VersionConstraint? = nil, formats: [BoxImage.Format] = [],
            architecture: String? = nil
        ) {
            self.name = name
            self.constraint = constraint
            self.formats = formats
            self.architecture = architecture
        }

        /// The name, and the constraint behind it.
        package var text: String { constraint.map { "\(name)@\($0.description)" } ?? name }
    }

    /// A box's file in a catalog.
    package struct Find: Hashable, Sendable {
        /// The box's name.
        package let name: String
        /// The catalog.
        package let catalog: CatalogLocation
        /// What was chosen.
        package let choice: OfferSelection.Choice
        /// Where the file is.
        package let place: CatalogPlace
        /// A key of the catalog that was met for the first time; nil for none.
        package let newKey: PublicKey?

        /// `debian/12 12.11 from /srv/boxes (320 MiB)`.
        package var text: String {
            let size = choice.offer.size.map { " (\(ByteCount(bytes: $0)))" } ?? ""
            return "\(name) \(choice.version.text) from \(catalog)\(size)"
        }
    }

    /// Looks for a box in catalogs, in their order: the first that has the box decides.
    ///
    /// Throws `.missing` where none has it.
    package func find(_ wish: Wish, in sources: [CatalogSource]) async throws(CatalogError) -> Find {
        var asked: [String] = []
        for source in sources {
            let catalog = try await library.open(source)
            asked.append(catalog.location.description)
            guard let listing = try await library.listing(wish.name, in: catalog) else { continue }
            return try find(wish, in: listing, catalog)
        }
        throw .notFound(wish.name, asked)
    }

    /// Chooses among what a catalog has of a box.
    package func find(_ wish: Wish, in listing: LocatedListing, _ catalog: Catalog) throws(CatalogError) -> Find {
        let selection = OfferSelection(
            constraint: wish.constraint, formats: wish.formats,
            architectures: wish.architecture.map { [$0] } ?? architectures)
        let choice = try selection.choose(from: listing.listing, in: catalog.location.description)
        return Find(
            name: listing.listing.name, catalog: catalog.location, choice: choice,
            place: try listing.place(of: choice.offer), newKey: catalog.isNewlyTrusted ? catalog.key : nil)
    }

    /// Gets a box that was found, whose image must have a digest where one is given. What is in the store already is not fetched
    /// again.
    package func get(
        _ find: Find, digest: String? = nil, replacing: Bool = false,
        events: @escaping @Sendable (DownloadEvent) -> Void,
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> BoxRecord {
        let offer = find.choice.offer
        let naming = BoxStore.Naming(
            name: find.name, version: find.choice.version.text, user: offer.user, architecture: offer.architecture,
            catalog: find.catalog.description, source: find.place.description, replacing: replacing)
        let expectation = BoxStore.Expectation(
            image: (digest ?? offer.digest).flatMap(ImageDigest.init(parsing:)), checksum: offer.checksum)
        switch find.place {
        case .file(let path):
            return try await boxes.add(path, as: naming, expecting: expectation, notice: notice)
        case .web(let address):
            let download = Download(
                address, checksum: offer.checksum, size: offer.size,
                subject: "the box '\(find.name)' \(find.choice.version.text)")
            return try await get(download, naming, expectation, events: events, notice: notice)
        }
    }

    /// Downloads a box and adds it, unless `check` throws at the sight of what came. Of a file that is no box, or not the one that
    /// it must be, nothing is kept; one for which the store had no room is there for the next attempt.
    package func get(
        _ download: Download, _ naming: BoxStore.Naming, _ expectation: BoxStore.Expectation,
        events: @escaping @Sendable (DownloadEvent) -> Void, check: @Sendable (FilePath) throws -> Void = { _ in },
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> BoxRecord {
        try await downloader.fetch(
            download, events: events, present: { try await boxes.adopt(expectation, as: naming) },
            keeping: { ($0 as? BoxError)?.code != .invalid }
        ) { file in
            try check(file.path)
            var naming = naming
            naming.checksum = download.checksum  // it was compared while it came
            return try await boxes.add(
                file.path, as: naming, expecting: BoxStore.Expectation(image: expectation.image), notice: notice)
        }
    }
}

extension EngineComponents {
    /// What gets boxes out of catalogs.
    package var supply: BoxSupply { BoxSupply(self) }
}

extension CatalogError {
    /// None of some catalogs has a box.
    fileprivate static func notFound(_ name: String, _ asked: [String]) -> CatalogError {
        guard !asked.isEmpty else {
            return CatalogError(
                .missing, "there is no catalog to get the box '\(name)' from",
                help: "add one with 'devenv catalog add LOCATION', or name one with 'catalogs:' in the Envfile")
        }
        return CatalogError(
            .missing, "no catalog has the box '\(name)': \(asked.joined(separator: ", "))",
            help: "run 'devenv catalog list' to see what there is, or make it with 'devenv box build'")
    }
}
