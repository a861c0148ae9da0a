import DevenvBoxes
import DevenvHost
import SystemPackage

extension RegistryBoxes {
    /// Adds the image of a container.
    func addContainer(
        _ image: ImageReference, _ manifest: Manifest, _ naming: BoxStore.Naming, _ client: RegistryClient
    ) async throws(BoxError) -> Result {
        let bytes = try await client.configuration(of: image, manifest)
        let configuration = try ImageConfiguration(reading: bytes, naming.attempt)
        let diffIDs = configuration.rootfs.diffIDs
        let layers = manifest.layers ?? []
        guard diffIDs.count == layers.count, !layers.isEmpty else {
            throw BoxError(
                .invalid,
                "\(naming.attempt): its manifest names \(layers.count) layers, and its description \(diffIDs.count)")
        }
        return try await store.withStaging(naming.attempt) { staging throws(BoxError) in
            let blobs = BlobDirectory(root: staging.appending("blobs"))
            try BoxError.wrap { () throws(HostError) in try blobs.make() }
            var taken: [LayeredImage.Layer] = []
            var missing: [ImageDigest: Int64] = [:]
            for (layer, diffID) in zip(layers, diffIDs) {
                let isKnown = store.hasLayer(diffID)
                taken.append(LayeredImage.Layer(diffID: diffID, archive: isKnown ? nil : blobs.path(layer.digest)))
                if isKnown {
                    try BoxError.wrap { () throws(HostError) in try blobs.fill(layer) }
                } else {
                    missing[layer.digest] = layer.size
                }
            }
            _ = try await client.output(
                of: calls.fetch(image, to: staging.appending("layout"), blobs: blobs.root, isExact: false), image)
            FaultPoint.reach("registry.add.fetched")
            let record = try await store.add(
                LayeredImage(
                    configuration: bytes,
                    architecture: configuration.architecture.map { OCIProcessor(architecture: $0).debianName },
                    layers: taken), as: naming, in: staging)
            return Result(
                record: record, bytesMoved: missing.values.reduce(0, +), bytesTotal: layers.reduce(0) { $0 + $1.size })
        }
    }
}
