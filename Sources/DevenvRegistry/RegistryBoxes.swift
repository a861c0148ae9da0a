package import DevenvBoxes
package import DevenvHost
import SystemPackage

/// Brings boxes from registries of container images into the store, and from the store to registries.
package struct RegistryBoxes: Sendable {
    /// What came of it.
    package struct Result: Hashable, Sendable {
        /// The box.
        package let record: BoxRecord
        /// How many bytes of blobs were needed, as they are in the registry; the rest was there already.
        package let bytesMoved: Int64
        /// How many bytes all of its blobs have.
        package let bytesTotal: Int64
    }

    let store: BoxStore
    let runner: any ToolRunner
    let calls: SkopeoCall

    /// Registries on this host are spoken to by plain HTTP where they do not know HTTPS, and with `isInsecure` all are.
    package init(store: BoxStore, runner: any ToolRunner, isInsecure: Bool = false) {
        self.store = store
        self.runner = runner
        calls = SkopeoCall(isInsecure: isInsecure)
    }

    /// Adds what a reference stands for: the image of a container, as a box for machines that are containers; or a box that
    /// `push` has published, whatever it is for. What the store has already is not fetched.
    ///
    /// Throws `.missing` for what is not there, `.invalid` for what can't be a box, or is not what its digests say.
    package func add(_ reference: ImageReference, as naming: BoxStore.Naming) async throws(BoxError) -> Result {
        let client = RegistryClient(runner: runner, calls: calls, attempt: naming.attempt)
        let (manifest, image) = try await client.manifest(of: reference)
        if manifest.type == BoxArtifact.type { return try await addBox(image, manifest, naming, client) }
        return try await addContainer(image, manifest, naming, client)
    }
}
