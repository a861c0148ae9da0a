package import DevenvBoxes
import DevenvCatalogs
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension RegistryBoxes {
    /// Publishes a box: its file in slices, each a blob of its own, so that of a new version only what changed is sent.
    ///
    /// The result says how many bytes the registry did not have, as far as the box that `reference` stood for before tells.
    package func push(
        _ record: BoxRecord, as version: String? = nil, flat: FlatTree? = nil, to reference: ImageReference
    ) async throws(BoxError) -> Result {
        let attempt = "publishing the box '\(record.name)' as '\(reference)'"
        guard case .registry = reference else {
            throw BoxError(.invalid, "\(attempt): it is no registry", help: "write oci:REGISTRY/NAME:TAG")
        }
        let client = RegistryClient(runner: runner, calls: calls, attempt: attempt)
        let known = try await knownBlobs(of: reference, client)
        return try await store.withStaging(attempt) { staging throws(BoxError) in
            let image = try OutgoingImage(in: staging)
            let tree: FlatTree? =
                if record.isLayered, flat == nil { try await store.flatten(record, in: staging, attempt) } else { flat }
            let file = try await content(of: record, tree, in: staging, attempt)
            let cut = try await SliceCutter(runner: runner, image: image, attempt: attempt).cut(file)
            let artifact = BoxArtifact(
                format: record.format, version: version ?? record.version, architecture: record.architecture,
                user: record.user, loginKey: try loginKey(of: record), image: tree?.digest ?? record.image.digest,
                content: cut.content, slices: cut.slices)
            FaultPoint.reach("registry.push.cut")
            let digest = try image.finish(
                BoxArtifact.type, artifact.slices.map(\.blob), annotations: artifact.annotations, attempt)
            _ = try await client.output(of: calls.send(image.layout, to: reference), reference)
            FaultPoint.reach("registry.push.sent")
            let sizes = Dictionary(artifact.slices.map { ($0.blob.digest, $0.blob.size) }) { first, _ in first }
            return Result(
                record: record, image: reference.pinned(to: digest),
                bytesMoved: sizes.filter { !known.contains($0.key) }.values.reduce(0, +),
                bytesTotal: sizes.values.reduce(0, +))
        }
    }

    /// Whether a registry still has what a reference stands for.
    package func has(_ reference: ImageReference) async throws(BoxError) -> Bool {
        let client = RegistryClient(runner: runner, calls: calls, attempt: "looking for '\(reference)'")
        do throws(BoxError) {
            _ = try await client.manifest(of: reference)
            return true
        } catch {
            guard error.code == .missing else { throw error }
            return false
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

    /// The one file that a box is: that of a disk image, an archive that is made of a tree, or the archive that Vagrant has of several
    /// files.
    func content(
        of record: BoxRecord, _ flat: FlatTree? = nil, in staging: FilePath, _ attempt: String
    ) async throws(BoxError) -> FilePath {
        let files = if let flat { [flat.path] } else { try store.files(of: record) }
        if let file = files.first, files.count == 1, record.format == .qcow2 { return file }
        let archive = staging.appending("content.tar")
        if let file = files.first, files.count == 1, record.format == .directories {
            try await run(SliceCall.pack(file, to: archive), attempt)
            return archive
        }
        guard let version = BoxVersion(parsing: record.version ?? "0") else {
            throw BoxError(.invalid, "\(attempt): its version can't be read")
        }
        let box = try PublishedBox(record, version, of: store)
        let texts = staging.appending("texts")
        try BoxError.wrap { () throws(HostError) in try HostFiles.makeDirectory(texts) }
        var call: ToolInvocation
        do throws(CatalogError) { call = try box.packing(in: texts, isCompressed: false) } catch {
            throw BoxError(.failed, error.message, help: error.help)
        }
        call.arguments = call.arguments.map { $0 == "--file=-" ? "--file=\(archive)" : $0 }
        try await run(call, attempt)
        return archive
    }

    private func run(_ call: ToolInvocation, _ attempt: String) async throws(BoxError) {
        let outcome: ToolOutcome
        do { outcome = try await runner.run(call) } catch { throw .tool(error, attempt) }
        guard outcome.status == 0 else {
            throw BoxError(.failed, "\(attempt): 'tar' failed with status \(outcome.status): \(outcome.complaint)")
        }
    }

    /// The text of the key that a box lets in; empty for the one that Vagrant publishes, nil for none.
    private func loginKey(of record: BoxRecord) throws(BoxError) -> String? {
        let image = try store.image(withDigest: record.digest, name: record.name)
        guard case .knownKey(let path) = image.introduction else { return nil }
        return try LoginKey(reading: path).carried ?? ""
    }
}
