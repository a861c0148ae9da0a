import DevenvHost
package import SystemPackage

extension RegistryPublisher {
    /// Gives the catalog another key, with the old one's signature that says so: whoever has remembered the old one believes the
    /// new one. All signatures change at once. Throws what `DirectoryPublisher.rekey` throws.
    package func rekey(to newFile: FilePath, from oldFile: FilePath) async throws(CatalogError) -> Rekeying {
        let attempt = "changing the key of the catalog 'oci://\(catalog)'"
        let (former, key) = (try await signer.publicKey(of: oldFile), try await signer.publicKey(of: newFile))
        for _ in 0..<Self.attempts {
            let snapshot = try await catalogs.read(catalog)
            guard let snapshot, let file = self.file(CatalogIndex.fileName, in: snapshot) else {
                throw CatalogError(
                    .missing, "\(attempt): there is no catalog there", help: "check the name")
            }
            let index = try CatalogIndex(file.text, try file.text.parse())
            if index.isRekeyed(from: former, to: key) { return Rekeying(former: former, key: key, wasDone: true) }
            try index.requireRekeyable(from: former, to: key, attempt)
            try await file.requireOwn(former, signer, attempt)
            var files = try await signatures(of: index, in: snapshot, former, newFile, attempt)
            let next = index.rekeyed(try await signer.handOver(former, oldFile, to: key)).rendered()
            files[CatalogIndex.fileName] = next
            files[CatalogIndex.fileName + ".sig"] = try await signer.sign(next, with: newFile)
            let new = snapshot.files.replacing(files)
            if try await catalogs.replace(snapshot.revision, of: catalog, with: new) {
                return Rekeying(former: former, key: key, wasDone: false)
            }
        }
        throw CatalogError(.failed, "\(attempt): others have published in it all the time", help: "try again later")
    }

    /// New signatures of listings that all are signed with the old key: nobody else's changes get one.
    private func signatures(
        of index: CatalogIndex, in snapshot: CatalogSnapshot, _ former: PublicKey, _ newFile: FilePath,
        _ attempt: String
    ) async throws(CatalogError) -> [String: [UInt8]] {
        var signatures: [String: [UInt8]] = [:]
        for (name, path) in index.boxes.sorted(by: { $0.key < $1.key }) {
            guard let listing = file(path, in: snapshot) else {
                throw CatalogError(.missing, "\(attempt): the listing of '\(name)' is missing")
            }
            try await listing.requireOwn(former, signer, attempt)
            signatures[path + ".sig"] = try await signer.sign(listing.text.bytes, with: newFile)
        }
        return signatures
    }
}
