package import DevenvBoxes
package import DevenvDownload
package import DevenvHost
package import DevenvPluginAPI
import SystemPackage

/// Brings boxes from registries of container images into the store, and from the store to registries.
package struct RegistryBoxes: Sendable {
    /// What came of it.
    package struct Result: Hashable, Sendable {
        /// The box.
        package let record: BoxRecord
        /// What it is in the registry, by the digest of its manifest; in a directory, the directory.
        package let image: ImageReference
        /// How many bytes of blobs were needed, as they are in the registry; the rest was there already.
        package let bytesMoved: Int64
        /// How many bytes all of its blobs have.
        package let bytesTotal: Int64
    }

    let store: BoxStore
    let runner: any ToolRunner
    let calls: SkopeoCall
    /// Where blobs are kept while they come.
    let blobs: FilePath

    /// Registries on this host are spoken to by plain HTTP where they do not know HTTPS, and with `isInsecure` all are.
    package init(
        store: BoxStore, directories: HostDirectories, runner: any ToolRunner, isInsecure: Bool = false
    ) {
        self.store = store
        self.runner = runner
        blobs = directories.downloads.appending("registry")
        calls = SkopeoCall(isInsecure: isInsecure)
    }

    /// Adds what a reference stands for: the image of a container, as a box for machines that are containers; or a box that
    /// `push` has published, whatever it is for. What the store has already is not fetched.
    ///
    /// Throws `.missing` for what is not there, `.invalid` for what can't be a box, or is not what its digests say.
    /// Of several processes that add the same image, one does it and the others wait, which `notice` is told. Blobs that have come
    /// whole when it is interrupted are there for the next attempt.
    package func add(
        _ reference: ImageReference, as naming: BoxStore.Naming, expecting expected: ImageDigest? = nil,
        events: @escaping @Sendable (DownloadEvent) -> Void = { _ in },
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(BoxError) -> Result {
        let client = RegistryClient(runner: runner, calls: calls, attempt: naming.attempt)
        let (manifest, image) = try await client.manifest(of: reference)
        return try await store.alone(with: image.description, adding: naming.name, naming.attempt, notice) {
            () throws(BoxError) in
            if manifest.type == BoxArtifact.type {
                return try await addBox(image, manifest, naming, expected, client, events)
            }
            return try await addContainer(image, manifest, naming, expected, client, events)
        }
    }

    /// Removes what has come of boxes that nobody went on with for a week, and returns how many bytes that frees. With `isRehearsal`
    /// nothing is removed.
    package func collectBlobs(isRehearsal: Bool = false) throws(BoxError) -> Int64 {
        try BoxError.wrap { () throws(HostError) in
            try BlobFetch.collect(in: blobs, olderThan: Downloader.partLifetime, isRehearsal: isRehearsal)
        }
    }

    /// What is known of an image without fetching it.
    package struct Sight: Hashable, Sendable {
        /// The image, by the digest of its manifest where it is in a registry.
        package let image: ImageReference
        /// How many bytes it has there.
        package let bytes: Int64
        /// What it is.
        package let format: BoxImage.Format
    }

    /// Looks at what a reference stands for.
    package func look(_ reference: ImageReference) async throws(BoxError) -> Sight {
        let attempt = "looking at '\(reference)'"
        let client = RegistryClient(runner: runner, calls: calls, attempt: attempt)
        let (manifest, image) = try await client.manifest(of: reference)
        let sizes = Dictionary((manifest.layers ?? []).map { ($0.digest, $0.size) }) { first, _ in first }
        let isBox = manifest.type == BoxArtifact.type
        return Sight(
            image: image, bytes: sizes.values.reduce(0, +),
            format: isBox ? try BoxArtifact(reading: manifest, attempt).format : .directories)
    }

    /// Throws `.invalid` for another image than the expected one, before anything of it is fetched.
    func check(_ image: ImageDigest, against expected: ImageDigest?, _ attempt: String) throws(BoxError) {
        guard let expected, expected != image else { return }
        throw BoxError(
            .invalid, "\(attempt): it holds the image \(image), and \(expected) is expected",
            help: "it is not what was published or locked: get it again, from where it was first found")
    }
}
