import DevenvBoxes
import DevenvCrypto
import DevenvPluginAPI

/// A box in a registry: an artifact whose layers are the slices of one file, each compressed by itself.
struct BoxArtifact: Sendable {
    /// What tells it from images of containers, and its version.
    static let type = "application/vnd.devenv.box.v1"
    static let sliceType = "application/vnd.devenv.box.slice.v1+zstd"

    /// What the file is.
    let format: BoxImage.Format
    let version: String?
    let architecture: String?
    let user: String
    /// The text of a key that it lets in and that is no secret; empty for the one that Vagrant publishes, nil for none.
    let loginKey: String?
    /// The digest of the image, as the store has it.
    let image: ImageDigest
    /// The digest of the whole file.
    let content: ImageDigest
    let slices: [Piece]

    /// A slice and the blob that it is in.
    struct Piece: Hashable, Sendable {
        let slice: Slice
        let blob: Manifest.Descriptor
    }

    private enum Key {
        static let format = "dev.devenv.box.format"
        static let version = "org.opencontainers.image.version"
        static let architecture = "dev.devenv.box.architecture"
        static let user = "dev.devenv.box.user"
        static let loginKey = "dev.devenv.box.login-key"
        static let image = "dev.devenv.box.digest"
        static let content = "dev.devenv.box.content"
        static let slice = "dev.devenv.slice.digest"
        static let length = "dev.devenv.slice.length"
    }

    /// What registries are told about the whole.
    var annotations: [String: String] {
        var annotations = [
            Key.format: format.rawValue, Key.user: user, Key.image: image.description, Key.content: content.description,
        ]
        annotations[Key.version] = version
        annotations[Key.architecture] = architecture
        annotations[Key.loginKey] = loginKey
        return annotations
    }

    /// What registries are told about the blob of a slice.
    static func annotations(of slice: Slice) -> [String: String] {
        [Key.slice: slice.digest.description, Key.length: "\(slice.length)"]
    }

    /// Reads what a registry has; throws `.invalid` for what no box can be.
    init(reading manifest: Manifest, _ attempt: String) throws(BoxError) {
        let annotations = manifest.annotations ?? [:]
        guard let format = annotations[Key.format].flatMap(BoxImage.Format.init(rawValue:)),
            let user = annotations[Key.user],
            let image = annotations[Key.image].flatMap(ImageDigest.init(parsing:)),
            let content = annotations[Key.content].flatMap(ImageDigest.init(parsing:)),
            let slices = Self.pieces(manifest.layers ?? [])
        else { throw BoxError(.invalid, "\(attempt): it is a box of a kind that this devenv does not know") }
        self.init(
            format: format, version: annotations[Key.version], architecture: annotations[Key.architecture], user: user,
            loginKey: annotations[Key.loginKey], image: image, content: content, slices: slices)
    }

    init(
        format: BoxImage.Format, version: String?, architecture: String?, user: String, loginKey: String? = nil,
        image: ImageDigest, content: ImageDigest, slices: [Piece]
    ) {
        self.format = format
        self.version = version
        self.architecture = architecture
        self.user = user
        self.loginKey = loginKey
        self.image = image
        self.content = content
        self.slices = slices
    }

    private static func pieces(_ layers: [Manifest.Descriptor]) -> [Piece]? {
        var pieces: [Piece] = []
        var offset: Int64 = 0
        for layer in layers {
            guard layer.mediaType == sliceType, let annotations = layer.annotations,
                let digest = annotations[Key.slice].flatMap(ImageDigest.init(parsing:)),
                let length = annotations[Key.length].flatMap({ Int($0) }), (1...Chunker.boxes.longest).contains(length)
            else { return nil }
            pieces.append(Piece(slice: Slice(digest: digest, offset: offset, length: length), blob: layer))
            offset += Int64(length)
        }
        return pieces.isEmpty ? nil : pieces
    }
}
