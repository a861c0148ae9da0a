package import DevenvHost

/// A catalog that was looked into, and found to be signed by whom it must be.
package struct Catalog: Hashable, Sendable {
    /// Where it is.
    package let location: CatalogLocation
    /// Its list of boxes; of one box where the file is that box's own.
    package let index: CatalogIndex
    /// The key that its files must be signed with; nil for none.
    package let key: PublicKey?
    /// Whether the key was met for the first time: nothing is known of it, and whoever acts on the catalog has to remember it
    /// (`UserCatalogs.pin`).
    package let isNewlyTrusted: Bool
    /// The key that was known for it, and whose owner has handed over to `key`; nil where the key is the one that was known.
    package let formerKey: PublicKey?
    /// The one listing, where the file is that of a box.
    let single: BoxListing?

    /// The names of its boxes, in their order.
    package var names: [String] { single.map { [$0.name] } ?? index.boxes.keys.sorted() }
}

/// A box's listing, and where its file is.
package struct LocatedListing: Hashable, Sendable {
    /// The listing.
    package let listing: BoxListing
    /// The catalog.
    package let catalog: CatalogLocation
    /// The listing's own file, from which its paths begin.
    package let place: CatalogPlace

    /// Where an offer's file is; throws `.invalid` for a kind of URL that devenv can't fetch.
    package func place(of offer: BoxListing.Offer) throws(CatalogError) -> CatalogPlace {
        switch place.resolving(offer.url) {
        case .registry, nil: break
        case let place?: return place
        }
        throw CatalogError(
            .invalid,
            "the catalog '\(catalog)' has the box '\(listing.name)' at '\(offer.url)', which can't be fetched",
            help: "devenv fetches files and addresses that begin with http://, https:// or oci:")
    }
}

/// Looks into catalogs, and believes only what is signed where it must be.
package struct CatalogLibrary: Sendable {
    let files: any CatalogFiles
    private let signer: Signer
    private let user: UserCatalogs

    /// Looks by way of these.
    package init(files: any CatalogFiles, signer: Signer, user: UserCatalogs) {
        self.files = files
        self.signer = signer
        self.user = user
    }

    /// Looks by way of a host.
    package init(directories: HostDirectories, runner: any ToolRunner, registries: any RegistryCatalogs) {
        self.init(
            files: SystemCatalogFiles(directories: directories, runner: runner, registries: registries),
            signer: Signer(runner: runner), user: UserCatalogs(directories: directories))
    }

    /// Reads a catalog's list, and changes nothing.
    ///
    /// Throws `.untrusted` where a key is known and it is not signed with that one.
    package func open(_ source: CatalogSource) async throws(CatalogError) -> Catalog {
        try await open([source])[0].get()
    }

    /// Reads the lists of some catalogs, all at once.
    package func open(_ sources: [CatalogSource]) async throws(CatalogError) -> [Result<Catalog, CatalogError>] {
        var results: [Result<Catalog, CatalogError>] = []
        for (source, text) in zip(sources, try await read(sources.map(\.location.place))) {
            do throws(CatalogError) {
                results.append(.success(try await catalog(source, try text.get())))
            } catch { results.append(.failure(error)) }
        }
        return results
    }

    private func catalog(_ source: CatalogSource, _ file: SignedText) async throws(CatalogError) -> Catalog {
        let root = try file.text.parse()
        let location = source.location
        if root["versions"] != nil {
            let key = try knownKey(source)
            if let key { try await require(key, file, claimed: nil, location) }
            let listing = try BoxListing(file.text, root)
            return Catalog(
                location: location, index: CatalogIndex(name: listing.name), key: key, isNewlyTrusted: false,
                formerKey: nil, single: listing)
        }
        guard root["boxes"] != nil else {
            throw file.text.refusal(
                root.offset, "this is no catalog: it has neither 'versions', as that of a box, nor 'boxes'")
        }
        let index = try CatalogIndex(file.text, root)
        let trust = try await trust(source, index, file)
        return Catalog(
            location: location, index: index, key: trust.key, isNewlyTrusted: trust.isNew, formerKey: trust.former,
            single: nil)
    }

    /// What a catalog offers of a box; nil where it does not have it.
    package func listing(_ name: String, in catalog: Catalog) async throws(CatalogError) -> LocatedListing? {
        try await listings([name], in: catalog)[0].get()
    }

    /// What a catalog offers of some boxes, all read at once; nil for those that it does not have.
    package func listings(
        _ names: [String], in catalog: Catalog
    ) async throws(CatalogError) -> [Result<LocatedListing?, CatalogError>] {
        try await listings(names.map { Wanted(name: $0, catalog: catalog) })
    }

    /// A box of a catalog.
    package struct Wanted: Hashable, Sendable {
        let name: String
        let catalog: Catalog

        /// Names it.
        package init(name: String, catalog: Catalog) {
            self.name = name
            self.catalog = catalog
        }

        /// Where its listing is; nil where the catalog does not have it, and where the catalog is the listing.
        var place: CatalogPlace? {
            catalog.single == nil ? catalog.index.boxes[name].flatMap(catalog.location.resolving) : nil
        }
    }

    /// The same of several catalogs.
    package func listings(
        _ wanted: [Wanted]
    ) async throws(CatalogError) -> [Result<LocatedListing?, CatalogError>] {
        try await listings(wanted) { $0 }
    }

    /// What is made of the listings, each as soon as it is read.
    func listings<Value: Sendable>(
        _ wanted: [Wanted], _ transform: @escaping @Sendable (LocatedListing) -> Value
    ) async throws(CatalogError) -> [Result<Value?, CatalogError>] {
        let places = wanted.map(\.place)
        var files = try await read(places.compactMap { $0 })[...]
        let found = zip(wanted, places).map { wanted, place in
            Found(wanted: wanted, place: place, file: place.flatMap { _ in files.popFirst() })
        }
        return await found.mapInParallel { found in
            do throws(CatalogError) {
                guard let place = found.place, let file = found.file else {
                    return .success(found.wanted.single.map(transform))
                }
                return .success(transform(try await listing(found.wanted, place, try file.get())))
            } catch { return .failure(error) }
        }
    }

    /// A box of a catalog, and its file.
    private struct Found: Sendable {
        let wanted: Wanted
        let place: CatalogPlace?
        let file: Result<SignedText, CatalogError>?
    }

    private func listing(
        _ wanted: Wanted, _ place: CatalogPlace, _ file: SignedText
    ) async throws(CatalogError) -> LocatedListing {
        let location = wanted.catalog.location
        if let key = wanted.catalog.key { try await require(key, file, claimed: nil, location) }
        let listing = try BoxListing(file.text, try file.text.parse())
        guard listing.name == wanted.name else {
            throw file.text.refusal(0, "this is the catalog of '\(listing.name)', not of '\(wanted.name)'")
        }
        return LocatedListing(listing: listing, catalog: location, place: place)
    }
}

extension CatalogLibrary.Wanted {
    /// The listing of a catalog that is one box's own.
    fileprivate var single: LocatedListing? {
        guard let listing = catalog.single, listing.name == name else { return nil }
        return LocatedListing(listing: listing, catalog: catalog.location, place: catalog.location.place)
    }
}

// Who may say what is in a catalog.
extension CatalogLibrary {
    /// Files with their signatures, all read at once.
    private func read(_ places: [CatalogPlace]) async throws(CatalogError) -> [Result<SignedText, CatalogError>] {
        let signatures = places.map { $0.appending(".sig") ?? $0 }
        let read = try await files.read(places + signatures)
        return places.indices.map { index in
            do throws(CatalogError) {
                let text = CatalogText(name: places[index].description, bytes: try read[index].get())
                switch read[places.count + index] {
                case .success(let signature): return .success(SignedText(text: text, signature: signature))
                case .failure(let error) where error.code == .missing:
                    return .success(SignedText(text: text, signature: nil))
                case .failure(let error): throw error
                }
            } catch { return .failure(error) }
        }
    }

    private func knownKey(_ source: CatalogSource) throws(CatalogError) -> PublicKey? {
        if let key = source.key { return key }
        return try user.key(of: source.location)
    }

    private func trust(
        _ source: CatalogSource, _ index: CatalogIndex, _ file: SignedText
    ) async throws(CatalogError) -> (key: PublicKey?, isNew: Bool, former: PublicKey?) {
        let claimed = index.key
        if let key = try knownKey(source) {
            if let claimed, claimed != key,
                let way = KeyHandover.way(from: key, to: claimed, in: index.handovers), try await signer.areSigned(way)
            {
                try await require(claimed, file, claimed: claimed, source.location)
                return (claimed, false, key)
            }
            try await require(key, file, claimed: claimed, source.location)
            return (key, false, nil)
        }
        guard let claimed else { return (nil, false, nil) }
        try await require(claimed, file, claimed: claimed, source.location)
        return (claimed, true, nil)
    }

    /// Throws unless a file is signed by a key.
    private func require(
        _ key: PublicKey, _ file: SignedText, claimed: PublicKey?, _ location: CatalogLocation
    ) async throws(CatalogError) {
        if let signature = file.signature, try await signer.isSigned(file.text.bytes, by: key, in: signature) { return }
        let other = claimed.flatMap { $0 == key ? nil : "; the catalog says that its key is \($0.fingerprint)" } ?? ""
        throw CatalogError(
            .untrusted,
            "the catalog file '\(file.text.name)' is \(file.signature == nil ? "not signed" : "not signed as it must be"): "
                + "the key \(key.fingerprint) is known for the catalog '\(location)'\(other)",
            help: other.isEmpty
                ? "ask whoever publishes it; if it is not to be signed any more, run 'devenv catalog remove "
                    + "\(ShellWord.quote(location.description))' and add it again"
                : "if whoever publishes it tells you that the new key is right, run 'devenv catalog add "
                    + "\(ShellWord.quote(location.description)) --key \"\(claimed?.description ?? "")\"'")
    }
}
