import DevenvBoxes
import DevenvHost
import SystemPackage

/// An image that is made in a directory, in the layout of the OCI image specification, to be sent to a registry.
struct OutgoingImage: Sendable {
    let layout: FilePath
    let blobs: BlobDirectory

    /// Begins one in a directory of its own.
    init(in staging: FilePath) throws(BoxError) {
        layout = staging.appending("layout")
        blobs = BlobDirectory(root: layout.appending("blobs"))
        let blobs = blobs
        try BoxError.wrap { () throws(HostError) in try blobs.make() }
    }

    /// Adds a blob.
    func add(
        _ bytes: [UInt8], _ type: String?, annotations: [String: String]? = nil
    ) throws(BoxError) -> Manifest.Descriptor {
        let blob = Manifest.Descriptor(
            mediaType: type, digest: Manifest.digest(of: bytes), size: Int64(bytes.count), annotations: annotations)
        try BoxError.wrap { () throws(HostError) in
            try AtomicFile.write(bytes, to: blobs.path(blob.digest), durable: false)
        }
        return blob
    }

    /// Ends it with a manifest that says what kind of artifact it is, and returns the manifest's digest.
    func finish(
        _ type: String, _ layers: [Manifest.Descriptor], annotations: [String: String], _ attempt: String
    ) throws(BoxError) -> ImageDigest {
        let config = try add(Array("{}".utf8), type)
        let manifest = Manifest(artifactType: type, config: config, layers: layers, annotations: annotations)
        let entry = try add(
            try manifest.bytes(attempt), manifest.mediaType,
            annotations: ["org.opencontainers.image.ref.name": SkopeoCall.name])
        let index = try Manifest(manifests: [entry]).bytes(attempt)
        try BoxError.wrap { () throws(HostError) in
            try AtomicFile.write(
                Array("{\"imageLayoutVersion\":\"1.0.0\"}\n".utf8), to: layout.appending("oci-layout"), durable: false)
            try AtomicFile.write(index, to: layout.appending("index.json"), durable: false)
        }
        return entry.digest
    }
}
