package import DevenvBoxes
import DevenvCrypto
import DevenvHost
import FoundationEssentials
import SystemPackage

extension RegistryBoxes {
    /// Publishes a box: its file in slices, each a blob of its own, so that of a new version only what changed is sent.
    ///
    /// The result says how many bytes the registry did not have, as far as the box that `reference` stood for before tells.
    package func push(
        _ record: BoxRecord, as version: String? = nil, to reference: ImageReference
    ) async throws(BoxError) -> Result {
        let attempt = "publishing the box '\(record.name)' as '\(reference)'"
        guard case .registry = reference else {
            throw BoxError(.invalid, "\(attempt): it is no registry", help: "write oci:REGISTRY/NAME:TAG")
        }
        let client = RegistryClient(runner: runner, calls: calls, attempt: attempt)
        let known = try await knownBlobs(of: reference, client)
        return try await store.withStaging(attempt) { staging throws(BoxError) in
            let layout = staging.appending("layout")
            let blobs = BlobDirectory(root: layout.appending("blobs"))
            try BoxError.wrap { () throws(HostError) in try blobs.make() }
            let file = try await content(of: record, in: staging, attempt)
            let artifact = try await cut(file, record, version ?? record.version, blobs, attempt)
            FaultPoint.reach("registry.push.cut")
            try write(artifact, to: layout, blobs, attempt)
            _ = try await client.output(of: calls.send(layout, to: reference), reference)
            let sizes = Dictionary(artifact.slices.map { ($0.blob.digest, $0.blob.size) }) { first, _ in first }
            return Result(
                record: record, bytesMoved: sizes.filter { !known.contains($0.key) }.values.reduce(0, +),
                bytesTotal: sizes.values.reduce(0, +))
        }
    }

    /// Empty where there is nothing yet.
    private func knownBlobs(
        of reference: ImageReference, _ client: RegistryClient
    ) async throws(BoxError) -> Set<ImageDigest> {
        do throws(BoxError) {
            return Set(try await client.manifest(of: reference).manifest.layers?.map(\.digest) ?? [])
        } catch {
            guard error.code == .missing else { throw error }
            return []
        }
    }

    /// The one file that a box is: that of a disk image, or an archive that is made of a tree.
    func content(of record: BoxRecord, in staging: FilePath, _ attempt: String) async throws(BoxError) -> FilePath {
        guard !record.hasKnownKey else {
            throw BoxError(
                .invalid, "\(attempt): it lets in a key that everybody knows, which a registry does not pass on",
                help: "publish the box as it came, or a box made from a machine of it")
        }
        let files = try store.files(of: record)
        guard let file = files.first, files.count == 1 else {
            throw BoxError(
                .invalid, "\(attempt): it is in several parts",
                help: "copy an image of a container with 'skopeo copy' from where it came")
        }
        guard HostFiles.isDirectory(file) else { return file }
        let archive = staging.appending("content.tar")
        let outcome: ToolOutcome
        do { outcome = try await runner.run(SliceCall.pack(file, to: archive)) } catch { throw .tool(error, attempt) }
        guard outcome.status == 0 else {
            throw BoxError(.failed, "\(attempt): 'tar' failed with status \(outcome.status): \(outcome.complaint)")
        }
        return archive
    }

    private func cut(
        _ file: FilePath, _ record: BoxRecord, _ version: String?, _ blobs: BlobDirectory, _ attempt: String
    ) async throws(BoxError) -> BoxArtifact {
        let reader = try BoxError.wrap { () throws(HostError) in try SliceReader(opening: file, .boxes) }
        var hash = SHA256()
        var pieces: [BoxArtifact.Piece] = []
        while let (slice, bytes) = try BoxError.wrap({ () throws(HostError) in try reader.next() }) {
            hash.update(bytes)
            let outcome: ToolOutcome
            do { outcome = try await runner.run(SliceCall.compress(bytes)) } catch { throw .tool(error, attempt) }
            guard outcome.status == 0 else {
                throw BoxError(.failed, "\(attempt): 'zstd' failed: \(outcome.complaint)")
            }
            let blob = BoxArtifact.descriptor(of: slice, packed: outcome.standardOutput)
            try BoxError.wrap { () throws(HostError) in
                try AtomicFile.write(outcome.standardOutput, to: blobs.path(blob.digest), durable: false)
            }
            pieces.append(BoxArtifact.Piece(slice: slice, blob: blob))
        }
        return BoxArtifact(
            format: record.format, version: version, architecture: record.architecture, user: record.user,
            image: record.image.digest, content: ImageDigest(finishing: hash), slices: pieces)
    }

    private func write(
        _ artifact: BoxArtifact, to layout: FilePath, _ blobs: BlobDirectory, _ attempt: String
    ) throws(BoxError) {
        let config = try blob(Array("{}".utf8), BoxArtifact.type, blobs)
        let manifest = Manifest(
            artifactType: BoxArtifact.type, config: config, layers: artifact.slices.map(\.blob),
            annotations: artifact.annotations)
        var entry = try blob(try manifest.bytes(attempt), manifest.mediaType, blobs)
        entry.annotations = ["org.opencontainers.image.ref.name": "box"]
        let index = Manifest(manifests: [entry])
        try BoxError.wrap { () throws(HostError) in
            try AtomicFile.write(
                Array("{\"imageLayoutVersion\":\"1.0.0\"}\n".utf8), to: layout.appending("oci-layout"), durable: false)
        }
        let bytes = try index.bytes(attempt)
        try BoxError.wrap { () throws(HostError) in
            try AtomicFile.write(bytes, to: layout.appending("index.json"), durable: false)
        }
    }

    private func blob(
        _ bytes: [UInt8], _ type: String?, _ blobs: BlobDirectory
    ) throws(BoxError) -> Manifest.Descriptor {
        let blob = Manifest.Descriptor(
            mediaType: type, digest: Manifest.digest(of: bytes), size: Int64(bytes.count))
        try BoxError.wrap { () throws(HostError) in
            try AtomicFile.write(bytes, to: blobs.path(blob.digest), durable: false)
        }
        return blob
    }
}
