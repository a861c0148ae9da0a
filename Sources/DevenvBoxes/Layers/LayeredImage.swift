import DevenvModel
package import SystemPackage

/// A root file system in layers, as it comes from a registry of container images.
package struct LayeredImage: Sendable {
    /// One layer.
    package struct Layer: Sendable {
        /// The digest of its archive before compression, which names it wherever it is kept.
        package let diffID: ImageDigest
        /// The archive, compressed or not; nil where the store has the layer.
        package let archive: FilePath?

        /// Describes it.
        package init(diffID: ImageDigest, archive: FilePath?) {
            self.diffID = diffID
            self.archive = archive
        }
    }

    /// The bytes of its description, which names the layers; their digest is the image's.
    package let configuration: [UInt8]
    /// The processor that its programs are for, as Debian names it; nil where nothing tells it.
    package let architecture: String?
    /// Its layers, lowest first.
    package let layers: [Layer]

    /// Describes it.
    package init(configuration: [UInt8], architecture: String?, layers: [Layer]) {
        self.configuration = configuration
        self.architecture = architecture
        self.layers = layers
    }

    /// Describes one of layers that the store has, or that are about to come into it.
    init(_ layers: [ImageDigest], architecture: String?) {
        let digests = layers.map { "\"\($0)\"" }.joined(separator: ",")
        let processor = architecture.map { "\"architecture\":\"\($0)\"," } ?? ""
        let text = "{\(processor)\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\(digests)]}}"
        self.init(
            configuration: Array(text.utf8), architecture: architecture,
            layers: layers.map { Layer(diffID: $0, archive: nil) })
    }

    /// The layers that machines see: of one that is there several times the highest, which does again all that the others did.
    /// The kernel refuses an overlay in which a directory is there twice.
    var distinctLayers: [Layer] { layers.reversed().uniqued(on: \.diffID).reversed() }
}

/// What is known about a layer: its own file, and its part of the record of each image that has it.
package struct LayerRecord: Hashable, Sendable, Codable {
    /// The digest of its archive before compression, or of its manifest where it never was one.
    let diffID: ImageDigest
    /// The digest of the manifest of what was unpacked from it.
    let manifest: ImageDigest
    /// How many entries it has.
    let entries: Int
    /// What the contents of its files add up to, in bytes.
    let bytes: Int64
}

/// Where things lie in a layer.
struct LayerLayout: Hashable, Sendable {
    let root: FilePath

    /// What was unpacked, with what overlayfs knows of removed files. Nobody writes to it.
    var tree: FilePath { root.appending("rootfs") }
    var manifest: FilePath { root.appending("manifest") }
    var record: FilePath { root.appending("layer.json") }
}

extension StoreLayout {
    /// Layers, each for any number of images.
    var layers: FilePath { root.appending("layers") }

    func layer(_ diffID: ImageDigest) -> LayerLayout { LayerLayout(root: layers.appending(Self.name(diffID))) }

    /// Layers that have no place yet, in the staging directory of whoever makes an image.
    static func newLayer(_ diffID: ImageDigest, in staging: FilePath) -> LayerLayout {
        LayerLayout(root: staging.appending("layers").appending(name(diffID)))
    }

    private static func name(_ diffID: ImageDigest) -> String { "sha256-\(diffID.hexadecimal)" }
}
