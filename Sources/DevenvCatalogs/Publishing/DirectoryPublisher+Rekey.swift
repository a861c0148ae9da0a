import DevenvHost
package import SystemPackage

/// What came of giving a catalog another key.
package struct Rekeying: Hashable, Sendable {
    /// The key that it had.
    package let former: PublicKey
    /// The key that it has.
    package let key: PublicKey
    /// Whether it had that key already.
    package let wasDone: Bool
}

extension DirectoryPublisher {
    /// Gives the catalog another key, with the old one's signature that says so: whoever has remembered the old one believes the
    /// new one.
    ///
    /// First each listing gets the new key's signature beside the old one's, then the list, with the handover, is replaced. So at
    /// every moment, and after an end at any, the catalog is whole for whoever knows either key. Throws `.untrusted` where it is
    /// not signed with the old key, in all of its listings.
    package func rekey(to newFile: FilePath, from oldFile: FilePath) async throws(CatalogError) -> Rekeying {
        let attempt = "changing the key of the catalog '\(directory)'"
        let (former, key) = (try await signer.publicKey(of: oldFile), try await signer.publicKey(of: newFile))
        guard HostFiles.exists(indexFile) else {
            throw CatalogError(
                .missing, "\(attempt): there is no '\(CatalogIndex.fileName)' in it", help: "name a catalog's directory"
            )
        }
        try CatalogError.wrap(attempt) { () throws(HostError) in
            try HostFiles.makeDirectory(staging, mode: .ownerReadWriteExecute)
        }
        let lock = try await lock(attempt)
        defer { extendLifetime(lock) }  // not before all is in its place
        guard let file = try signed(indexFile, attempt) else { throw CatalogError(.missing, attempt) }
        let index = try CatalogIndex(file.text, try file.text.parse())
        if index.isRekeyed(from: former, to: key) {
            return Rekeying(former: former, key: key, wasDone: true)
        }
        try index.requireRekeyable(from: former, to: key, attempt)
        try await file.requireOwn(former, signer, attempt)
        let listings = try await listings(of: index, former, attempt)
        let handover = try await signer.handOver(former, oldFile, to: key)
        for listing in listings { try await sign(listing, key, newFile, attempt) }
        FaultPoint.reach("catalogs.rekey.listings")
        try await replace(indexFile, index.rekeyed(handover).rendered(), newFile, attempt, "rekey")
        return Rekeying(former: former, key: key, wasDone: false)
    }

    /// The listings' files, all signed with the old key: nobody else's changes get a signature.
    private func listings(
        of index: CatalogIndex, _ former: PublicKey, _ attempt: String
    ) async throws(CatalogError) -> [(file: FilePath, text: SignedText)] {
        var listings: [(file: FilePath, text: SignedText)] = []
        for (name, path) in index.boxes.sorted(by: { $0.key < $1.key }) {
            let file = directory.pushing(FilePath(path))
            guard let text = try signed(file, attempt) else {
                throw CatalogError(.missing, "\(attempt): the listing of '\(name)' is missing: '\(file)'")
            }
            try await text.requireOwn(former, signer, attempt)
            listings.append((file, text))
        }
        return listings
    }

    /// Adds a signature to those of a listing. The old one stays: somebody may have read the list a moment ago. It goes with the
    /// next publication.
    private func sign(
        _ listing: (file: FilePath, text: SignedText), _ key: PublicKey, _ keyFile: FilePath, _ attempt: String
    ) async throws(CatalogError) {
        let (bytes, signatures) = (listing.text.text.bytes, listing.text.signature ?? [])
        if try await signer.isSigned(bytes, by: key, in: signatures) { return }
        let signature = try await signer.sign(bytes, with: keyFile)
        try CatalogError.wrap(attempt) { () throws(HostError) in
            try AtomicFile.write(signature + signatures, to: FilePath(listing.file.string + ".sig"))
        }
        FaultPoint.reach("catalogs.rekey.listing")
    }
}

extension CatalogIndex {
    /// Throws unless a catalog's key may be followed by another one.
    func requireRekeyable(from former: PublicKey, to key: PublicKey, _ attempt: String) throws(CatalogError) {
        guard let known = self.key else {
            throw CatalogError(
                .untrusted, "\(attempt): it is not signed", help: "begin a new catalog with 'devenv box publish --key'")
        }
        guard known == former else {
            throw CatalogError(
                .untrusted,
                "\(attempt): it is signed with the key \(known.fingerprint), not with \(former.fingerprint)",
                help: "name that key with --old-key; if it is lost, begin a new catalog, and have its users run "
                    + "'devenv catalog remove' and 'devenv catalog add --key'")
        }
        guard key != former else {
            throw CatalogError(.invalid, "\(attempt): the new key is the one that it has")
        }
    }

    /// The same list with another key, and what the old one says of it.
    func rekeyed(_ handover: KeyHandover) -> CatalogIndex {
        CatalogIndex(
            name: name, key: handover.next, url: url, boxes: boxes, handovers: handovers + [handover], newest: newest)
    }

    /// Whether the key has followed already.
    func isRekeyed(from former: PublicKey, to key: PublicKey) -> Bool {
        self.key == key && KeyHandover.way(from: former, to: key, in: handovers)?.isEmpty == false
    }
}
