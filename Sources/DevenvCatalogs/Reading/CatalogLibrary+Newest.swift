import DevenvHost

extension CatalogLibrary {
    /// The newest versions that catalogs have of some boxes; nil for those that they do not have.
    ///
    /// What a catalog's list says is believed, as it is signed as the listings are. Where a listing is at hand it is compared with
    /// the digest that the list has of it: one that was changed by hand is read itself, as are those of which the list says nothing.
    package func newest(
        _ wanted: [Wanted]
    ) async throws(CatalogError) -> [Result<NewestVersions?, CatalogError>] {
        let said = await said(of: wanted)
        let rest = zip(wanted, said).filter { $1 == nil }.map(\.0)
        var read = try await listings(rest) { NewestVersions($0.listing) }[...]
        return said.map { said in
            if let said { return .success(said) }
            return read.popFirst() ?? .success(nil)
        }
    }

    /// What lists say of boxes, as far as it is about the listings that are there.
    private func said(of wanted: [Wanted]) async -> [NewestVersions?] {
        let claims = await wanted.mapInParallel { wanted in
            wanted.said.flatMap { said in wanted.place.map { (said: said, place: $0) } }
        }
        let digests = await files.digests(claims.map { $0?.place })
        return await Array(zip(claims, digests)).mapInParallel { claim, digest in
            guard let claim else { return nil }
            if case .web = claim.place { return NewestVersions(claim.said) }
            return NewestVersions.isAbout(digest, claim.said) ? NewestVersions(claim.said) : nil
        }
    }
}

extension CatalogLibrary.Wanted {
    /// What the catalog's list says of the box's newest versions; nil for nothing.
    fileprivate var said: JSONValue? { catalog.index.newest[name] }
}
