package import DevenvCrypto
package import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

/// A box of the store that is to be in a catalog.
package struct PublishedBox: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Its version.
    package let version: BoxVersion
    /// What it is.
    package let format: BoxImage.Format
    /// The processor that it is for, under Debian's name; nil where nothing is known.
    package let architecture: String?
    /// The digest of its image.
    package let digest: String
    /// Who people log in as.
    package let user: String
    /// Whether it lets in whoever has the key that Vagrant publishes.
    package let hasKnownKey: Bool
    /// The tree, or the disk image.
    package let image: FilePath
    /// How large the disk is that a machine sees; nil for a tree.
    package let virtualBytes: Int64?
    /// The other disk images, or the files that a description of VirtualBox, which is `image`, names.
    package var furtherFiles: [FilePath] = []
    /// The text of the private key that it lets in, where that is not the one that Vagrant publishes; nil for none.
    package var loginKey: String?
    /// The address that the first network interface has to have.
    package var baseMAC: MACAddress?
    /// What its machines get where nobody says otherwise.
    package var defaults = BoxDefaults()

    /// Describes it.
    package init(
        name: String, version: BoxVersion, format: BoxImage.Format, architecture: String?, digest: String, user: String,
        hasKnownKey: Bool, image: FilePath, virtualBytes: Int64?
    ) {
        self.name = name
        self.version = version
        self.format = format
        self.architecture = architecture
        self.digest = digest
        self.user = user
        self.hasKnownKey = hasKnownKey
        self.image = image
        self.virtualBytes = virtualBytes
    }

    var provider: String { CatalogProvider.name(format) }
    var attempt: String { "publishing the box '\(name)' \(version)" }

    /// What the end of its file's name is.
    var suffix: String { format == .directories ? "tar.zst" : "box" }
}

/// What came of publishing a box.
package struct Publication: Hashable, Sendable {
    /// The box's file in the catalog.
    package let file: FilePath
    /// What its bytes are.
    package let checksum: Checksum
    /// How many there are.
    package let size: Int64
    /// Whether it was not there already.
    package let isNew: Bool
    /// The key that the catalog is signed with; nil for none.
    package let key: PublicKey?
}
