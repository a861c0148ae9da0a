package import DevenvBoxes
package import DevenvCatalogs
import DevenvCrypto
package import DevenvHost
import SystemPackage

/// Catalogs in registries, read and written by way of skopeo.
package struct SkopeoCatalogs: RegistryCatalogs {
    private let store: BoxStore
    private let host: HostDirectories
    private let runner: any ToolRunner
    private let calls: SkopeoCall
    private let cache: CatalogCache

    /// Works in the staging place of a store and with the cache of a host.
    package init(store: BoxStore, directories: HostDirectories, runner: any ToolRunner, isInsecure: Bool = false) {
        self.store = store
        self.runner = runner
        host = directories
        calls = SkopeoCall(isInsecure: isInsecure)
        cache = CatalogCache(directory: directories.catalogCache)
    }

    package func read(_ catalog: String) async throws(CatalogError) -> CatalogSnapshot? {
        let attempt = "reading the catalog 'oci://\(catalog)'"
        do throws(BoxError) {
            let client = client(attempt)
            guard let (manifest, image) = try await current(catalog, client) else { return nil }
            let artifact = try CatalogArtifact(reading: manifest, attempt)
            if let bytes = cache.files(of: catalog, artifact.content) { return try snapshot(image, bytes, attempt) }
            let bytes = try await fetch(artifact, image, client)
            // one that can't be kept is fetched again the next time
            try? cache.keep(bytes, of: catalog, artifact.content)
            return try snapshot(image, bytes, attempt)
        } catch { throw CatalogError(error) }
    }

    package func replace(
        _ revision: String?, of catalog: String, with files: CatalogArchive
    ) async throws(CatalogError) -> Bool {
        let attempt = "writing the catalog 'oci://\(catalog)'"
        let client = client(attempt)
        do throws(BoxError) {
            return try await store.withStaging(attempt) { staging throws(BoxError) in
                let image = try OutgoingImage(in: staging)
                let digest = try await fill(image, files, attempt)
                // what takes long is done before the catalog is looked at once more
                let tag = CatalogArtifact.reference(catalog)
                _ = try await client.output(of: calls.send(image.layout, to: tag.pinned(to: digest)), tag)
                FaultPoint.reach("registry.catalog.sent")
                let lock = try await lock(catalog, attempt)
                defer { extendLifetime(lock) }  // not before the tag has moved
                guard try await current(catalog, client)?.image.description == revision else { return false }
                FaultPoint.reach("registry.catalog.compared")
                _ = try await client.output(of: calls.send(image.layout, to: tag), tag)
                FaultPoint.reach("registry.catalog.moved")
                return true
            }
        } catch { throw CatalogError(error) }
    }

    private func client(_ attempt: String) -> RegistryClient {
        RegistryClient(runner: runner, calls: calls, attempt: attempt)
    }

    private func current(
        _ catalog: String, _ client: RegistryClient
    ) async throws(BoxError) -> (manifest: Manifest, image: ImageReference)? {
        do throws(BoxError) { return try await client.manifest(of: CatalogArtifact.reference(catalog)) } catch {
            guard error.code == .missing else { throw error }
            return nil
        }
    }

    private func snapshot(
        _ image: ImageReference, _ bytes: [UInt8], _ attempt: String
    ) throws(BoxError) -> CatalogSnapshot {
        do throws(CatalogError) {
            return CatalogSnapshot(
                revision: image.description, files: try CatalogArchive(reading: bytes, attempt))
        } catch { throw BoxError(.invalid, error.message, help: error.help) }
    }

    private func fetch(
        _ artifact: CatalogArtifact, _ image: ImageReference, _ client: RegistryClient
    ) async throws(BoxError) -> [UInt8] {
        try await store.withStaging(client.attempt) { staging throws(BoxError) in
            let blobs = BlobDirectory(root: staging.appending("blobs"))
            try BoxError.wrap { () throws(HostError) in try blobs.make() }
            _ = try await client.output(
                of: calls.fetch(image, to: staging.appending("layout"), blobs: blobs.root, isExact: true), image)
            let call = SliceCall.decompress(
                [blobs.path(artifact.blob.digest)], output: .captured(limit: Int(CatalogArtifact.limit)))
            let bytes = try await run(call, client.attempt)
            guard ImageDigest(of: bytes) == artifact.content else {
                throw BoxError(
                    .invalid, "\(client.attempt): its files are not what it says",
                    help: "whoever publishes it has to publish it again")
            }
            return bytes
        }
    }

    private func fill(
        _ image: OutgoingImage, _ files: CatalogArchive, _ attempt: String
    ) async throws(BoxError) -> ImageDigest {
        let packed = try await run(SliceCall.compress(files.bytes, limit: Int(CatalogArtifact.limit)), attempt)
        let blob = try image.add(
            packed, CatalogArtifact.filesType,
            annotations: CatalogArtifact.annotations(ImageDigest(of: files.bytes)))
        return try image.finish(CatalogArtifact.type, [blob], annotations: [:], attempt)
    }

    private func run(_ call: ToolInvocation, _ attempt: String) async throws(BoxError) -> [UInt8] {
        let outcome: ToolOutcome
        do { outcome = try await runner.run(call) } catch { throw .tool(error, attempt) }
        guard outcome.status == 0 else {
            throw BoxError(.invalid, "\(attempt): '\(call.tool)' failed: \(outcome.complaint)")
        }
        return outcome.standardOutput
    }

    /// Of those who publish on this host, one moves the tag at a time.
    private func lock(_ catalog: String, _ attempt: String) async throws(BoxError) -> FileLock {
        let directory = host.data.appending("locks")
        let name = "registry-\(SHA256.hexadecimal(of: Array(catalog.utf8)).prefix(16))"
        let lock: FileLock?
        do throws(HostError) {
            try HostFiles.makeDirectory(directory)
            lock = try await FileLock.awaiting(
                directory.appending(name), command: "devenv box publish", timeout: .seconds(600))
        } catch { throw .file(error) }
        if let lock { return lock }
        if Task.isCancelled { throw BoxError(.cancelled, "\(attempt): interrupted") }
        throw BoxError(.failed, "\(attempt): another process has been writing it for ten minutes")
    }
}

extension CatalogError {
    /// Translates a failure with a registry.
    package init(_ error: BoxError) {
        let code: Code =
            switch error.code {
            case .missing: .missing
            case .invalid: .invalid
            case .toolMissing: .toolMissing
            case .cancelled: .cancelled
            default: .failed
            }
        self.init(code, error.message, help: error.help)
    }
}
