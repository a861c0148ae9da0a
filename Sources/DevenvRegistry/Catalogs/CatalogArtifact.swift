import DevenvBoxes

/// A catalog in a registry: an artifact with all of the catalog's files in one blob.
struct CatalogArtifact: Sendable {
    /// What tells it from images of containers, and its version.
    static let type = "application/vnd.devenv.catalog.v1"
    static let filesType = "application/vnd.devenv.catalog.files.v1.tar+zstd"
    /// The repository below the catalog's namespace, and the tag in it.
    private static let name = "devenv-catalog"
    /// No catalog is as long; that of ten thousand boxes with twenty versions has 80 MB, and 16 when compressed.
    static let limit: Int64 = 1 << 30

    /// The compressed files.
    let blob: Manifest.Descriptor
    /// The digest of the files before compression.
    let content: ImageDigest

    private enum Key {
        static let content = "dev.devenv.catalog.content"
        static let title = "org.opencontainers.image.title"
    }

    /// What stands for a catalog as it is now.
    static func reference(_ catalog: String) -> ImageReference { .registry("\(catalog)/\(name):\(name)") }

    /// Reads what a registry has; throws `.invalid` for what is no catalog.
    init(reading manifest: Manifest, _ attempt: String) throws(BoxError) {
        guard manifest.type == Self.type, let blob = manifest.layers?.first, manifest.layers?.count == 1,
            blob.mediaType == Self.filesType, blob.size <= Self.limit,
            let content = blob.annotations?[Key.content].flatMap(ImageDigest.init(parsing:))
        else {
            throw BoxError(
                .invalid, "\(attempt): what is there is no catalog, or one of a kind that this devenv does not know",
                help: "use a newer devenv")
        }
        self.blob = blob
        self.content = content
    }

    /// What is said of the blob; with its title other tools write it into a file that tar can read.
    static func annotations(_ content: ImageDigest) -> [String: String] {
        [Key.content: content.description, Key.title: "catalog.tar.zst"]
    }
}
