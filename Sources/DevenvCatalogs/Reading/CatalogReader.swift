import DevenvDownload
package import DevenvHost
import SystemPackage

/// Reads the small files of catalogs. The seam at which tests put something else.
package protocol CatalogFiles: Sendable {
    /// The bytes of some files, each with its own failure; `.missing` for one that is not there.
    func read(_ places: [CatalogPlace]) async throws(CatalogError) -> [Result<[UInt8], CatalogError>]

    /// The digests of some files, in the form of `NewestVersions.digest`; nil for one that is not there, or not to be had for
    /// little, as on web servers.
    func digests(_ places: [CatalogPlace?]) async -> [String?]
}

/// Files here, on web servers and in registries; those on web servers with one call of curl, and only what has changed.
package struct SystemCatalogFiles: CatalogFiles {
    private let reader: DocumentReader
    private let snapshots: RegistrySnapshots

    /// Reads with the cache of a host.
    package init(directories: HostDirectories, runner: any ToolRunner, registries: any RegistryCatalogs) {
        reader = DocumentReader(directories: directories, runner: runner)
        snapshots = RegistrySnapshots(registries)
    }

    package func read(_ places: [CatalogPlace]) async throws(CatalogError) -> [Result<[UInt8], CatalogError>] {
        var requests: [DocumentRequest] = []
        for case .web(let address) in places { requests.append(DocumentRequest(address, subject: "the catalog")) }
        var documents: ArraySlice<Result<Document, DownloadError>>
        do { documents = try await reader.read(requests)[...] } catch { throw .download(error) }
        let registries = await snapshots.snapshots(of: Self.catalogs(in: places))
        let files = await places.mapInParallel { place -> Result<[UInt8], CatalogError>? in
            guard case .file(let path) = place else { return nil }
            return Self.file(path)
        }
        return zip(places, files).map { place, file in
            if let file { return file }
            switch place {
            case .file, .web:
                switch documents.popFirst() {
                case .success(let document): return .success(document.bytes)
                case .failure(let error): return .failure(.download(error))
                case nil: return .failure(CatalogError(.failed, "reading '\(place)': nothing came"))
                }
            case .registry(let file): return CatalogSnapshot.read(file, from: registries[file.catalog])
            case .image: return .failure(CatalogError(.invalid, "reading the catalog '\(place)': it is a box"))
            }
        }
    }

    package func digests(_ places: [CatalogPlace?]) async -> [String?] {
        let registries = await snapshots.snapshots(of: Self.catalogs(in: places.compactMap { $0 }))
        return await places.mapInParallel { place in
            let bytes: Result<[UInt8], CatalogError>
            switch place {
            case .file(let path): bytes = Self.file(path)
            case .registry(let file): bytes = CatalogSnapshot.read(file, from: registries[file.catalog])
            case .web, .image, nil: return nil
            }
            // who reads it is told why it can't be read
            return (try? bytes.get()).map(NewestVersions.digest)
        }
    }

    /// The catalogs in registries that files are of.
    private static func catalogs(in places: [CatalogPlace]) -> Set<String> {
        Set(places.compactMap { if case .registry(let file) = $0 { file.catalog } else { nil } })
    }

    private static func file(_ path: FilePath) -> Result<[UInt8], CatalogError> {
        do throws(HostError) {
            if let bytes = try HostFiles.read(path) { return .success(bytes) }
            return .failure(
                CatalogError(.missing, "reading the catalog '\(path)': no such file or directory"))
        } catch { return .failure(.file(error, "reading the catalog")) }
    }
}
