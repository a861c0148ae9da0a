package import DevenvCrypto
package import DevenvModel
package import DevenvPluginAPI

/// A box of the store: a name, what was said when it was added, and the image that it stands for in one format.
package struct BoxRecord: Hashable, Sendable {
    /// The name.
    package let name: String
    /// Its version, where it has one.
    package let version: String?
    /// The processor that its programs are for, as Debian names it; nil where nothing told it.
    package let architecture: String?
    /// The user that people are expected to log in as.
    package let user: String
    /// Whether it lets in whoever has a key that is no secret, until the first login replaces it.
    package let hasKnownKey: Bool
    /// The address that the first network interface has to have, where its system was set up for one.
    package let baseMAC: MACAddress?
    /// What its machines get where nobody says otherwise.
    package let defaults: BoxDefaults
    /// What its makers say of it, for people to read.
    package let info: [String: String]
    /// Where the catalog is that it came from; nil for one that came from no catalog.
    package let catalog: String?
    /// What the file that it came in was compared with; nil where nothing was known of it.
    package let checksum: Checksum?
    /// When it was added, in seconds since 1970.
    package let created: Int
    /// Where it came from: a path, or how it was built.
    package let source: String
    /// Whether it lies in the store that everybody reads, and only its administrator can change.
    package let isShared: Bool
    /// The image.
    package let image: ImageRecord

    /// `sha256:` and the digest of the image.
    package var digest: String { image.digest.description }
    /// The image's format.
    package var format: BoxImage.Format { image.format }
}

/// A box of the store that came from a catalog, without what is known about its image.
package struct CatalogBox: Hashable, Sendable {
    /// What it is called.
    package let name: String
    /// Its version; nil where it has none that can be compared.
    package let version: BoxVersion?
    /// The image's format.
    package let format: BoxImage.Format
    /// The processor that its programs are for, as Debian names it; nil where nothing told it.
    package let architecture: String?
    /// Where the catalog is.
    package let catalog: String
}

/// What is known about an image, whatever names it has.
package struct ImageRecord: Hashable, Sendable, Codable {
    /// Its digest.
    package let digest: ImageDigest
    /// What it is.
    package let format: BoxImage.Format
    /// The user to log in as where a name says nothing else.
    package let user: String
    /// The login key of `ImageLayout.loginKey` where a name says nothing else; nil for none.
    let loginKey: String?
    /// The version of the Debian in it, or what was said when it came; nil where it holds another system.
    package let version: String?
    /// The processor that its programs are for, as Debian names it; nil where nothing told it.
    package let architecture: String?
    /// How many entries a tree has; nil for anything else.
    package let entries: Int?
    /// The layers of a tree that is in layers, lowest first; nil for anything else.
    let layers: [LayerRecord]?
    /// The names of its files in their order, where there are several, or one that has a name of its own.
    let files: [String]?
    /// The address that the first network interface has to have where a name says nothing else.
    let baseMAC: MACAddress?
    /// What its machines get where neither a name nor anybody else says otherwise.
    let defaults: BoxDefaults?
    /// What the contents of a tree's files, or the lengths of other files, add up to, in bytes.
    package let bytes: Int64
    /// How much a machine sees of all disks together, in bytes; nil for a tree, and where nothing tells it.
    package let virtualBytes: Int64?
    /// How its files looked when they came; nil for a tree, and where that is not known.
    var looks: [FileLook]?

    /// What its files add up to.
    package var size: ByteCount { ByteCount(bytes: bytes) }
    /// What a machine sees of all disks together; nil for a tree, and where nothing tells it.
    package var virtualSize: ByteCount? { virtualBytes.map(ByteCount.init(bytes:)) }

    init(
        digest: ImageDigest, format: BoxImage.Format, user: String, loginKey: String? = nil, version: String?,
        architecture: String?, entries: Int? = nil, layers: [LayerRecord]? = nil, files: [String]? = nil,
        baseMAC: MACAddress? = nil, defaults: BoxDefaults? = nil, bytes: Int64, virtualBytes: Int64? = nil
    ) {
        self.digest = digest
        self.format = format
        self.user = user
        self.loginKey = loginKey
        self.version = version
        self.architecture = architecture
        self.entries = entries
        self.layers = layers
        self.files = files
        self.baseMAC = baseMAC
        self.defaults = defaults
        self.bytes = bytes
        self.virtualBytes = virtualBytes
    }

    /// Reads a record; one from before there were formats is that of a tree.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let files = try values.decodeIfPresent([String].self, forKey: .files)
        guard files?.allSatisfy(FileName.isPlain) ?? true else {
            throw DecodingError.dataCorruptedError(forKey: .files, in: values, debugDescription: "not a file's name")
        }
        self.init(
            digest: try values.decode(ImageDigest.self, forKey: .digest),
            format: try values.decodeIfPresent(BoxImage.Format.self, forKey: .format) ?? .directories,
            user: try values.decode(String.self, forKey: .user),
            loginKey: try values.decodeIfPresent(String.self, forKey: .loginKey),
            version: try values.decodeIfPresent(String.self, forKey: .version),
            architecture: try values.decodeIfPresent(String.self, forKey: .architecture),
            entries: try values.decodeIfPresent(Int.self, forKey: .entries),
            layers: try values.decodeIfPresent([LayerRecord].self, forKey: .layers),
            files: files,
            baseMAC: try values.decodeIfPresent(MACAddress.self, forKey: .baseMAC),
            defaults: try values.decodeIfPresent(BoxDefaults.self, forKey: .defaults),
            bytes: try values.decode(Int64.self, forKey: .bytes),
            virtualBytes: try values.decodeIfPresent(Int64.self, forKey: .virtualBytes))
        looks = try values.decodeIfPresent([FileLook].self, forKey: .looks)
    }
}
