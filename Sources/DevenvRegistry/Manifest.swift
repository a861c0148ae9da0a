import DevenvBoxes
import DevenvCrypto
import FoundationEssentials

/// A manifest of the OCI image specification, or of Docker's registry before it, or a list of them.
struct Manifest: Codable {
    /// A blob, or in a list another manifest.
    struct Descriptor: Codable, Hashable {
        var mediaType: String?
        let digest: ImageDigest
        let size: Int64
        var annotations: [String: String]?
        var platform: Platform?
    }

    /// What an image runs on.
    struct Platform: Codable, Hashable, CustomStringConvertible {
        let os: String?
        let architecture: String?
        let variant: String?

        /// As in `linux/arm/v7`.
        var description: String { [os, architecture, variant].compactMap { $0 }.joined(separator: "/") }
    }

    var schemaVersion = 2
    var mediaType: String?
    var artifactType: String?
    var config: Descriptor?
    var layers: [Descriptor]?
    /// Those of a list.
    var manifests: [Descriptor]?
    var annotations: [String: String]?

    /// The longest that a manifest may be; registries themselves allow 4 MiB.
    private static let limit = 8 << 20

    /// What it is about: what artifacts say, or the kind of their description where they were made before they could say so.
    var type: String? { artifactType ?? config?.mediaType }

    /// Reads one; throws `.invalid` for what is none.
    init(reading bytes: [UInt8], _ attempt: String) throws(BoxError) {
        let manifest = bytes.count > Self.limit ? nil : try? JSONDecoder().decode(Manifest.self, from: Data(bytes))
        guard let manifest, manifest.schemaVersion == 2 else {
            throw BoxError(.invalid, "\(attempt): its manifest is of a kind that this devenv does not know")
        }
        let sizes = (manifest.layers ?? []).map(\.size) + [manifest.config?.size ?? 0]
        guard sizes.allSatisfy({ (0...(1 << 40)).contains($0) }) else {
            throw BoxError(.invalid, "\(attempt): its manifest names blobs of impossible sizes")
        }
        self = manifest
    }

    /// Describes one.
    init(artifactType: String, config: Descriptor, layers: [Descriptor], annotations: [String: String]) {
        mediaType = "application/vnd.oci.image.manifest.v1+json"
        self.artifactType = artifactType
        self.config = config
        self.layers = layers
        self.annotations = annotations
    }

    /// Describes a list, as a directory's own.
    init(manifests: [Descriptor]) { self.manifests = manifests }

    /// The text, always the same for the same manifest.
    func bytes(_ attempt: String) throws(BoxError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {  // texts and numbers can always be encoded
            throw BoxError(.failed, "\(attempt): the manifest can't be encoded")
        }
        return Array(data)
    }

    /// The digest of some bytes.
    static func digest(of bytes: [UInt8]) -> ImageDigest { ImageDigest(of: bytes) }
}
