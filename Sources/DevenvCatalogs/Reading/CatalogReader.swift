import DevenvDownload
package import DevenvHost
import SystemPackage

/// Reads the small files of catalogs. The seam at which registries, and tests, put something else.
package protocol CatalogFiles: Sendable {
    /// The bytes of some files, each with its own failure; `.missing` for one that is not there.
    func read(_ places: [CatalogPlace]) async throws(CatalogError) -> [Result<[UInt8], CatalogError>]
}

/// Files here and on web servers; those on web servers with one call of curl, and only what has changed.
package struct SystemCatalogFiles: CatalogFiles {
    private let reader: DocumentReader

    /// Reads with the cache of a host.
    package init(directories: HostDirectories, runner: any ToolRunner) {
        reader = DocumentReader(directories: directories, runner: runner)
    }

    package func read(_ places: [CatalogPlace]) async throws(CatalogError) -> [Result<[UInt8], CatalogError>] {
        var requests: [DocumentRequest] = []
        for case .web(let address) in places { requests.append(DocumentRequest(address, subject: "the catalog")) }
        var documents: ArraySlice<Result<Document, DownloadError>>
        do { documents = try await reader.read(requests)[...] } catch { throw .download(error) }
        return places.map { place in
            switch place {
            case .file(let path): Self.file(path)
            case .web:
                switch documents.popFirst() {
                case .success(let document): .success(document.bytes)
                case .failure(let error): .failure(.download(error))
                case nil: .failure(CatalogError(.failed, "reading '\(place)': nothing came"))
                }
            }
        }
    }

    private static func file(_ path: FilePath) -> Result<[UInt8], CatalogError> {
        do throws(HostError) {
            if let bytes = try HostFiles.read(path) { return .success(bytes) }
            return .failure(
                CatalogError(.missing, "reading the catalog '\(path)': no such file or directory"))
        } catch { return .failure(.file(error, "reading the catalog")) }
    }
}
