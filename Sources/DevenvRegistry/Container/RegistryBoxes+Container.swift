import DevenvBoxes
import DevenvDownload
import DevenvHost
import SystemPackage

extension RegistryBoxes {
    /// Adds the image of a container.
    func addContainer(
        _ image: ImageReference, _ manifest: Manifest, _ naming: BoxStore.Naming, _ expected: ImageDigest?,
        _ client: RegistryClient, _ events: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws(BoxError) -> Result {
        let bytes = try await client.configuration(of: image, manifest)
        let configuration = try ImageConfiguration(reading: bytes, naming.attempt)
        try check(ImageDigest(of: bytes), against: expected, naming.attempt)
        let diffIDs = configuration.rootfs.diffIDs
        let layers = manifest.layers ?? []
        guard diffIDs.count == layers.count, !layers.isEmpty else {
            throw BoxError(
                .invalid,
                "\(naming.attempt): its manifest names \(layers.count) layers, and its description \(diffIDs.count)")
        }
        let total = layers.reduce(0) { $0 + $1.size }
        if let record = try await store.adopt(BoxStore.Expectation(image: ImageDigest(of: bytes)), as: naming) {
            return Result(record: record, image: image, bytesMoved: 0, bytesTotal: total)
        }
        return try await store.withStaging(naming.attempt) { staging throws(BoxError) in
            var sources: [(diffID: ImageDigest, missing: Manifest.Descriptor?)] = []
            for (layer, diffID) in zip(layers, diffIDs) {
                // who wants it anew has what is damaged fetched, and nothing else
                let isKnown =
                    naming.replacing ? try await store.hasSoundLayer(diffID) : store.hasLayer(diffID)
                sources.append((diffID, isKnown ? nil : layer))
            }
            let fetch = BlobFetch(image, sources.compactMap(\.missing), but: layers, in: blobs)
            let taken = sources.map { source in
                LayeredImage.Layer(
                    diffID: source.diffID, archive: source.missing.map { fetch.blobs.path($0.digest) })
            }
            return try await fetch.run(with: client, isExact: false, events: events) { () throws(BoxError) in
                FaultPoint.reach("registry.add.fetched")
                let record = try await store.add(
                    LayeredImage(
                        configuration: bytes,
                        architecture: configuration.architecture.map { OCIProcessor(architecture: $0).debianName },
                        layers: taken), as: naming, in: staging)
                return Result(record: record, image: image, bytesMoved: fetch.total, bytesTotal: total)
            }
        }
    }
}
