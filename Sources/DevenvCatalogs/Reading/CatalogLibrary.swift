package import DevenvHost

/// A catalog that was looked into, and found to be signed by whom it must be.
package struct Catalog: Hashable, Sendable {
    /// Where it is.
    package let location: CatalogLocation
    /// Its list of boxes; of one box where the file is that box's own.
    package let index: CatalogIndex
    /// The key that its files must be signed with; nil for none.
    package let key: PublicKey?
    /// Whether the key was met for the first time, and is now remembered.
    package let isNewlyTrusted: Bool
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
        if let place = place.resolving(offer.url) { return place }
        throw CatalogError(
            .invalid,
            "the catalog '\(catalog)' has the box '\(listing.name)' at '\(offer.url)', which can't be fetched",
            help: "devenv fetches files and addresses that begin with http:// or https://")
    }
}

/// Looks into catalogs, and believes only what is signed where it must be.
package struct CatalogLibrary: Sendable {
    private let files: any CatalogFiles
    private let signer: Signer
    private let user: UserCatalogs

    /// Looks by way of these.
    package init(files: any CatalogFiles, signer: Signer, user: UserCatalogs) {
        self.files = files
        self.signer = signer
        self.user = user
    }

    /// Looks by way of a host.
    package init(directories: HostDirectories, runner: any ToolRunner) {
        self.init(
            files: SystemCatalogFiles(directories: directories, runner: runner), signer: Signer(runner: runner),
            user: UserCatalogs(directories: directories))
    }

    /// Reads a catalog's list. Where nothing is known of it and it is signed with the key that it names, that key is remembered.
    ///
    /// Throws `.untrusted` where a key is known and it is not signed with that one.
    package func open(_ source: CatalogSource) async throws(CatalogError) -> Catalog {
        try await open([source])[0].get()
    }

    /// Reads the lists of some catalogs, all at once.
    package func open(_ sources: [CatalogSource]) async throws(CatalogError) -> [Result<Catalog, CatalogError>] {
        let places = sources.map(\.location.place)
        var texts = try await read(places.compactMap { $0 })[...]
        var results: [Result<Catalog, CatalogError>] = []
        for (source, place) in zip(sources, places) {
            do throws(CatalogError) {
                guard place != nil, let text = texts.popFirst() else { throw .registry(source.location) }
                results.append(.success(try await catalog(source, try text.get())))
            } catch { results.append(.failure(error)) }
        }
        return results
    }

    private func catalog(_ source: CatalogSource, _ file: Signed) async throws(CatalogError) -> Catalog {
        let root = try file.text.parse()
        let location = source.location
        if root["versions"] != nil {
            let key = try knownKey(source)
            if let key { try await require(key, file, claimed: nil, location) }
            let listing = try BoxListing(file.text, root)
            return Catalog(
                location: location, index: CatalogIndex(name: listing.name), key: key, isNewlyTrusted: false,
                single: listing)
        }
        guard root["boxes"] != nil else {
            throw file.text.refusal(
                root.offset, "this is no catalog: it has neither 'versions', as that of a box, nor 'boxes'")
        }
        let index = try CatalogIndex(file.text, root)
        let (key, isNew) = try await trust(source, index.key, file)
        return Catalog(location: location, index: index, key: key, isNewlyTrusted: isNew, single: nil)
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

        fileprivate var place: CatalogPlace? {
            catalog.single == nil ? catalog.index.boxes[name].flatMap(catalog.location.resolving) : nil
        }
    }

    /// The same of several catalogs.
    package func listings(
        _ wanted: [Wanted]
    ) async throws(CatalogError) -> [Result<LocatedListing?, CatalogError>] {
        let places = wanted.map(\.place)
        var files = try await read(places.compactMap { $0 })[...]
        var results: [Result<LocatedListing?, CatalogError>] = []
        for (wanted, place) in zip(wanted, places) {
            do throws(CatalogError) {
                guard let place, let file = files.popFirst() else {
                    results.append(.success(wanted.single))
                    continue
                }
                results.append(.success(try await listing(wanted, place, try file.get())))
            } catch { results.append(.failure(error)) }
        }
        return results
    }

    private func listing(
        _ wanted: Wanted, _ place: CatalogPlace, _ file: Signed
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
        guard let listing = catalog.single, listing.name == name, let place = catalog.location.place else { return nil }
        return LocatedListing(listing: listing, catalog: catalog.location, place: place)
    }
}

extension CatalogError {
    fileprivate static func registry(_ location: CatalogLocation) -> CatalogError {
        CatalogError(.invalid, "the catalog '\(location)' is in a registry, which is not read this way")
    }
}

// Who may say what is in a catalog.
extension CatalogLibrary {
    /// A file, and the signature beside it.
    private struct Signed {
        let text: CatalogText
        let signature: [UInt8]?
    }

    /// Files with their signatures, all read at once.
    private func read(_ places: [CatalogPlace]) async throws(CatalogError) -> [Result<Signed, CatalogError>] {
        let signatures = places.map { $0.appending(".sig") ?? $0 }
        let read = try await files.read(places + signatures)
        return places.indices.map { index in
            do throws(CatalogError) {
                let text = CatalogText(name: places[index].description, bytes: try read[index].get())
                switch read[places.count + index] {
                case .success(let signature): return .success(Signed(text: text, signature: signature))
                case .failure(let error) where error.code == .missing:
                    return .success(Signed(text: text, signature: nil))
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
        _ source: CatalogSource, _ claimed: PublicKey?, _ file: Signed
    ) async throws(CatalogError) -> (key: PublicKey?, isNew: Bool) {
        if let key = try knownKey(source) {
            try await require(key, file, claimed: claimed, source.location)
            return (key, false)
        }
        guard let claimed else { return (nil, false) }
        try await require(claimed, file, claimed: claimed, source.location)
        try await user.pin(claimed, of: source.location)
        return (claimed, true)
    }

    /// Throws unless a file is signed by a key.
    private func require(
        _ key: PublicKey, _ file: Signed, claimed: PublicKey?, _ location: CatalogLocation
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
