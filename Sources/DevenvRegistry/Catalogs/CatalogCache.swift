import DevenvBoxes
import DevenvCrypto
import DevenvHost
import SystemPackage

/// Catalogs of registries as they were last read, so that one that has not changed is not fetched again.
struct CatalogCache: Sendable {
    let directory: FilePath

    /// The files of a catalog, by the digest that they have; nil for none that has it.
    func files(of catalog: String, _ content: ImageDigest) -> [UInt8]? {
        // what can't be read is fetched again
        guard let bytes = try? HostFiles.read(path(catalog, content), limit: Int(CatalogArtifact.limit)) else {
            return nil
        }
        return ImageDigest(of: bytes) == content ? bytes : nil
    }

    /// Keeps them, in the place of older ones.
    func keep(_ bytes: [UInt8], of catalog: String, _ content: ImageDigest) throws(HostError) {
        let path = path(catalog, content)
        try HostFiles.makeDirectory(directory, mode: .ownerReadWriteExecute)
        try AtomicFile.write(bytes, to: path, mode: .ownerReadWrite, durable: false)
        for name in try HostFiles.list(directory) where name.hasPrefix(prefix(catalog)) {
            if name != path.lastComponent?.string { try HostFiles.remove(directory.appending(name)) }
        }
    }

    private func path(_ catalog: String, _ content: ImageDigest) -> FilePath {
        directory.appending("\(prefix(catalog))\(content.hexadecimal).tar")
    }

    private func prefix(_ catalog: String) -> String {
        "registry-\(SHA256.hexadecimal(of: Array(catalog.utf8)).prefix(16))-"
    }
}
