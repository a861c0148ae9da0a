/// Catalogs in registries of container images, each as a whole. The seam at which tests put something else.
package protocol RegistryCatalogs: Sendable {
    /// A catalog (`REGISTRY/NAMESPACE`) as it is now; nil where there is none.
    func read(_ catalog: String) async throws(CatalogError) -> CatalogSnapshot?

    /// Puts other files in the place of a revision, or of nothing where that is nil. False where that is not what is there any
    /// more: then nothing has changed.
    func replace(
        _ revision: String?, of catalog: String, with files: CatalogArchive
    ) async throws(CatalogError) -> Bool
}

/// A catalog of a registry as it was at a moment: all of its files belong together.
package struct CatalogSnapshot: Hashable, Sendable {
    /// What the registry calls it.
    package let revision: String
    /// Its files, the same as those of a catalog that is a directory.
    package let files: CatalogArchive

    /// Describes it.
    package init(revision: String, files: CatalogArchive) {
        self.revision = revision
        self.files = files
    }
}

/// A file of a catalog that is in a registry.
package struct RegistryFile: Hashable, Sendable, CustomStringConvertible {
    /// The catalog: `REGISTRY/NAMESPACE`.
    let catalog: String
    /// The file's path below it.
    let path: String

    /// The file that a path leads to, relative to this one; nil for one outside of the catalog.
    func resolving(_ reference: String) -> RegistryFile? {
        var parts = path.split(separator: "/").dropLast()
        for part in reference.split(separator: "/", omittingEmptySubsequences: false) where part != "." {
            if part != ".." { parts.append(part) } else if parts.popLast() == nil { return nil }
        }
        let path = parts.joined(separator: "/")
        return CatalogIndex.isInside(path) ? RegistryFile(catalog: catalog, path: path) : nil
    }

    /// For messages.
    package var description: String { "oci://\(catalog)/\(path)" }
}

/// The catalogs of registries that somebody looks into, each read once: all that is read of one belongs together.
actor RegistrySnapshots {
    private let catalogs: any RegistryCatalogs
    private var known: [String: Result<CatalogSnapshot?, CatalogError>] = [:]

    init(_ catalogs: any RegistryCatalogs) { self.catalogs = catalogs }

    /// Some of them, those that are not known yet read at once.
    func snapshots(of names: Set<String>) async -> [String: Result<CatalogSnapshot?, CatalogError>] {
        let catalogs = catalogs
        await withTaskGroup(of: (String, Result<CatalogSnapshot?, CatalogError>).self) { group in
            for name in names where known[name] == nil {
                group.addTask {
                    do throws(CatalogError) { return (name, .success(try await catalogs.read(name))) } catch {
                        return (name, .failure(error))
                    }
                }
            }
            for await (name, result) in group { known[name] = result }
        }
        return known.filter { names.contains($0.key) }
    }
}

extension CatalogSnapshot {
    /// A file of the catalog; an error `.missing` where it is not there.
    static func read(
        _ file: RegistryFile, from snapshot: Result<CatalogSnapshot?, CatalogError>?
    ) -> Result<[UInt8], CatalogError> {
        switch snapshot {
        case .failure(let error): return .failure(error)
        case .success(let snapshot?):
            if let bytes = snapshot.files[file.path] { return .success(bytes) }
            return .failure(CatalogError(.missing, "reading '\(file)': the catalog does not have it"))
        case .success(nil), nil:
            return .failure(
                CatalogError(
                    .missing, "reading the catalog 'oci://\(file.catalog)': the registry has no catalog there",
                    help: "check the name; 'devenv box publish BOX --to oci://\(file.catalog)' begins one"))
        }
    }
}
