import DevenvCrypto
import DevenvHost
import DevenvModel
import SystemPackage

extension CatalogLibrary {
    /// What is wrong with a catalog: a line for each listing that can't be read or is not signed as it must be, or of which the
    /// list says something else, and for each file that is not what its listing says. Files on web servers are not fetched. Reads only.
    package func verify(_ catalog: Catalog) async throws(CatalogError) -> [String] {
        let names = catalog.names
        var problems: [String] = []
        for (name, result) in zip(names, try await listings(names, in: catalog)) {
            switch result {
            case .success(let listing?):
                if let problem = problem(of: catalog, listing.listing) { problems.append(problem) }
                problems += try await verify(listing)
            case .success(nil): problems.append("\(name): the catalog does not have its listing")
            case .failure(let error) where error.code == .cancelled: throw error
            case .failure(let error): problems.append("\(name): \(error.message)")
            }
        }
        return problems
    }

    /// What the list says of a box's newest versions that its listing does not.
    private func problem(of catalog: Catalog, _ listing: BoxListing) -> String? {
        guard let said = catalog.index.newest[listing.name].flatMap(NewestVersions.init),
            said != NewestVersions(listing)
        else { return nil }
        return
            "\(listing.name): '\(CatalogIndex.fileName)' says other newest versions of it than its listing, which was "
            + "changed since; the next publication in the catalog puts that right"
    }

    private func verify(_ located: LocatedListing) async throws(CatalogError) -> [String] {
        var problems: [String] = []
        for version in located.listing.versions {
            for offer in version.offers {
                let subject = "\(located.listing.name) \(version.version) (\(offer.provider))"
                guard let place = try? located.place(of: offer) else {
                    problems.append("\(subject): '\(offer.url)' can't be fetched")
                    continue
                }
                guard case .file(let path) = place else { continue }
                if let problem = try await problem(of: path, offer) { problems.append("\(subject): \(problem)") }
            }
        }
        return problems
    }

    private func problem(of path: FilePath, _ offer: BoxListing.Offer) async throws(CatalogError) -> String? {
        guard HostFiles.exists(path) else { return "its file '\(path)' is missing" }
        let attempt = "verifying '\(path)'"
        let size = try CatalogError.wrap(attempt) { () throws(HostError) in try HostFiles.size(of: path) }
        let head = try CatalogError.wrap(attempt) { () throws(HostError) in try HostFiles.head(of: path, count: 64) }
        if LargeFilePointer.isOne(head) {
            let directory = ShellWord.quote(path.removingLastComponent().string)
            return "'\(path)' is only a pointer of Git LFS; \(LargeFilePointer.help(in: directory))"
        }
        if let expected = offer.size, expected != size { return "'\(path)' has \(size) bytes, not \(expected)" }
        guard let expected = offer.checksum else { return nil }
        guard let found = try await checksum(of: path, expected.algorithm, attempt) else {
            return "this host does not compute \(expected.algorithm.rawValue)"
        }
        return found == expected ? nil : "'\(path)' has the checksum \(found), not \(expected)"
    }

    private func checksum(
        of path: FilePath, _ algorithm: HashAlgorithm, _ attempt: String
    ) async throws(CatalogError) -> Checksum? {
        guard var digest = RunningDigest(algorithm) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            defer { try? file.close() }  // it was only read
            while true {
                try Task.checkCancellation()
                let count = try buffer.withUnsafeMutableBytes { space in
                    let count = try file.read(into: space)
                    digest.update(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(space)[..<count]))
                    return count
                }
                if count == 0 { return digest.checksum() }
                await Task.yield()
            }
        } catch is CancellationError {
            throw CatalogError(.cancelled, "\(attempt): interrupted")
        } catch {
            throw .file(HostError("reading", path, (error as? Errno) ?? .ioError), attempt)
        }
    }
}
