package import DevenvBoxes
package import DevenvCatalogs
import DevenvCrypto
package import DevenvDownload
import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
package import DevenvRegistry
package import SystemPackage

/// Gets boxes out of catalogs into the store.
package struct BoxSupply: Sendable {
    /// Reads catalogs.
    package let library: CatalogLibrary
    /// The catalogs of the user.
    package let user: UserCatalogs
    let boxes: BoxStore
    /// Downloads boxes.
    package let downloader: Downloader
    let registry: RegistryBoxes
    let architectures: [String]

    init(_ components: EngineComponents, isInsecure: Bool = false) {
        library = CatalogLibrary(
            directories: components.host, runner: components.runner,
            registries: components.registryCatalogs(isInsecure: isInsecure))
        registry = components.registryBoxes(isInsecure: isInsecure)
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
        /// A key of the catalog that was met for the first time, and is remembered when the box is got; nil for none.
        package let newKey: PublicKey?
        /// The key that the catalog had, and that has handed over to another; nil where it has not.
        package let formerKey: PublicKey?
        /// The key that the catalog is signed with; nil for none.
        package let key: PublicKey?

        /// What the user is to know of its key, once it is remembered; nil for nothing.
        package var keyNotice: String? {
            guard let key else { return nil }
            if let formerKey {
                return "The catalog \(catalog) has another key, \(key.fingerprint): its former one, "
                    + "\(formerKey.fingerprint), vouches for it. Where an Envfile names the former one, put in: \(key)"
            }
            return newKey.map { "The catalog \(catalog) is now believed with the key \($0.fingerprint)." }
        }

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
            place: try listing.place(of: choice.offer), newKey: catalog.isNewlyTrusted ? catalog.key : nil,
            formerKey: catalog.formerKey, key: catalog.key)
    }

    /// Gets a box that was found, whose image must have a digest where one is given. What is in the store already is not fetched
    /// again. From now on the catalog is believed with the key that it was found with.
    package func get(
        _ find: Find, digest: String? = nil, replacing: Bool = false,
        events: @escaping @Sendable (DownloadEvent) -> Void,
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> BoxRecord {
        if let key = find.newKey { try await user.pin(key, of: find.catalog) }
        if let former = find.formerKey, let key = find.key {
            try await user.move(find.catalog, from: former, to: key)
        }
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
        case .image(let reference):
            return try await get(image: reference, naming, expectation, events: events, notice: notice)
        case .registry: throw CatalogError(.invalid, "getting the box '\(find.name)': '\(find.place)' is no box")
        }
    }

    /// Gets a box, or the image of a container, from a registry.
    private func get(
        image reference: String, _ naming: BoxStore.Naming, _ expectation: BoxStore.Expectation,
        events: @escaping @Sendable (DownloadEvent) -> Void, notice: @escaping @Sendable (String) -> Void
    ) async throws -> BoxRecord {
        if let record = try await boxes.adopt(expectation, as: naming) { return record }
        guard let image = ImageReference(reference, base: "/"), case .registry = image else {
            throw CatalogError(.invalid, "getting the box '\(naming.name)': '\(reference)' names nothing in a registry")
        }
        return try await registry.add(
            image, as: naming, expecting: expectation.image, events: events, notice: notice
        ).record
    }

    /// Downloads a box and adds it, unless `check` throws at the sight of what came. Of a file that is no box, or not the one that
    /// it must be, nothing is kept; one for which the store had no room is there for the next attempt.
    package func get(
        _ download: Download, _ naming: BoxStore.Naming, _ expectation: BoxStore.Expectation,
        events: @escaping @Sendable (DownloadEvent) -> Void,
        check: @escaping @Sendable (FilePath) throws -> Void = { _ in },
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> BoxRecord {
        await discardStoredParts()
        var known = naming
        known.checksum = download.checksum  // it is compared while it comes
        let (naming, wanted) = (known, BoxStore.Expectation(image: expectation.image))
        return try await downloader.fetch(
            download, events: events, present: { try await boxes.adopt(expectation, as: naming) },
            keeping: { ($0 as? BoxError)?.code != .invalid },
            ahead: { file in
                try await boxes.add(arriving: file, as: naming, expecting: wanted, approve: check, notice: notice)
            },
            use: { file in
                try check(file.path)
                return try await boxes.add(file.path, as: naming, expecting: wanted, notice: notice)
            })
    }

    /// Removes what commands have downloaded that were killed when the store had taken it.
    package func discardStoredParts() async {
        // what can't be removed now is left to the next command, and to the garbage collection
        _ = try? await downloader.collectParts(olderThan: nil, orWhere: isStored)
    }

    /// Whether the store has what is in a part.
    package func isStored(_ part: FilePath) -> Bool {
        (try? boxes.hasAdded(part)) ?? false  // of a store that can't be read nothing is known
    }
}

extension EngineComponents {
    /// What gets boxes out of catalogs.
    package var supply: BoxSupply { BoxSupply(self) }

    /// The same, speaking to registries without a certificate that this host trusts.
    package func supply(isInsecure: Bool) -> BoxSupply { BoxSupply(self, isInsecure: isInsecure) }

    /// What brings boxes from registries and to them.
    package func registryBoxes(isInsecure: Bool = false) -> RegistryBoxes {
        RegistryBoxes(store: boxes, directories: host, runner: runner, isInsecure: isInsecure)
    }

    /// The catalogs of registries.
    package func registryCatalogs(isInsecure: Bool = false) -> SkopeoCatalogs {
        SkopeoCatalogs(store: boxes, directories: host, runner: runner, isInsecure: isInsecure)
    }
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
