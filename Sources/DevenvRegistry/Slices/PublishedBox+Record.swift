package import DevenvBoxes
package import DevenvCatalogs
package import DevenvModel
import DevenvPluginAPI

extension PublishedBox {
    /// A box of a store; one in layers is one tree where it is published.
    package init(
        _ record: BoxRecord, as name: String? = nil, _ version: BoxVersion, flat: FlatTree? = nil, of store: BoxStore
    ) throws(BoxError) {
        let image = try store.image(withDigest: record.digest, name: record.name)
        let files = flat.map { [$0.path] } ?? image.layers
        guard let first = files.first, record.format != .directories || files.count == 1 else {
            throw BoxError(.failed, "publishing the box '\(record.name)': it is in layers")
        }
        self.init(
            name: name ?? record.name, version: version, format: record.format, architecture: record.architecture,
            digest: flat?.digest.description ?? record.digest, user: record.user, hasKnownKey: record.hasKnownKey,
            image: first, virtualBytes: record.image.virtualBytes)
        furtherFiles = Array(files.dropFirst())
        if case .knownKey(let path) = image.introduction { loginKey = try LoginKey(reading: path).carried }
        baseMAC = record.baseMAC
        defaults = record.defaults
    }
}
