import DevenvCrypto
import DevenvHost
package import SystemPackage

extension StoreLayout {
    /// What machines start from: trees, lowest first, or files.
    func content(of record: ImageRecord) -> [FilePath] {
        if let layers = record.layers { return layers.map { layer($0.diffID).tree } }
        return image(record.digest).content(record)
    }
}

extension BoxStore {
    /// The files or trees of a box, lowest first; throws `.missing` where it is gone.
    package func files(of record: BoxRecord) throws(BoxError) -> [FilePath] {
        guard let (image, place) = try imageRecord(record.image.digest) else {
            throw .gone(record.image.digest, of: record.name)
        }
        return place.content(of: image)
    }

    /// In what layers are not as they were added. Which layer it is stands before the path.
    func differences(
        ofLayers layers: [LayerRecord], in place: StoreLayout, _ record: ImageRecord, _ attempt: String
    ) async throws(BoxError) -> [ImageDifference] {
        let configuration = place.image(record.digest).configuration
        guard HostFiles.exists(configuration) else {
            return [ImageDifference(kind: .missing, path: "config.json", details: [])]
        }
        guard try await DiskDigest.digest(of: configuration, attempt).get() == record.digest else {
            return [ImageDifference(kind: .changed, path: "config.json", details: ["content"])]
        }
        var differences: [ImageDifference] = []
        for layer in layers { differences += try await self.differences(ofLayer: layer, in: place) }
        return differences
    }

    /// In what a layer is not as it was added.
    func differences(ofLayer layer: LayerRecord, in store: StoreLayout) async throws(BoxError) -> [ImageDifference] {
        let place = store.layer(layer.diffID)
        let name = "layer \(layer.diffID.hexadecimal.prefix(12))"
        guard HostFiles.exists(place.tree) else { return [ImageDifference(kind: .missing, path: name, details: [])] }
        let recorded = try BoxError.wrap { () throws(HostError) in try HostFiles.read(place.manifest, limit: 1 << 30) }
        guard let recorded, SHA256.hexadecimal(of: recorded) == layer.manifest.hexadecimal else {
            return [ImageDifference(kind: .changed, path: "\(name): manifest", details: ["content"])]
        }
        let current = try await TreeManifest.measuring(place.tree)
        if current.bytes == recorded { return [] }
        let lines = String(decoding: recorded, as: UTF8.self).split(separator: "\n")
        return ImageDifference.between(recorded: lines.dropFirst(), current: current).map {
            ImageDifference(kind: $0.kind, path: "\(name): \($0.path)", details: $0.details)
        }
    }
}
