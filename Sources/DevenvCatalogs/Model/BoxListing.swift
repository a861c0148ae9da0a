package import DevenvCrypto
package import DevenvModel
package import DevenvPluginAPI

/// All versions of one box, as a catalog offers them: what Vagrant's box JSON says.
package struct BoxListing: Hashable, Sendable {
    /// The box's name.
    package let name: String
    /// What people are told about it; empty for nothing.
    package let description: String
    /// Its versions, highest first.
    package let versions: [Version]

    /// One version.
    package struct Version: Hashable, Sendable {
        /// Which one.
        package let version: BoxVersion
        /// The files of it.
        package let offers: [Offer]
    }

    /// One file of a version: for one provider and architecture.
    package struct Offer: Hashable, Sendable {
        /// The provider, as Vagrant calls it: `libvirt`, `virtualbox`, or `devenv-container` for trees.
        package let provider: String
        /// Where the file is, as it was written: a URL or a path, relative to the listing's own place.
        package let url: String
        /// What its bytes must be; nil where nothing is said.
        package let checksum: Checksum?
        /// The processor that it is for, under Debian's name; nil where nothing is said.
        package let architecture: String?
        /// Whether it is for whoever does not know the processor.
        package let isDefault: Bool
        /// The digest of the image in it, as the store has it; nil where nothing is said.
        package let digest: String?
        /// How many bytes the file has; nil where nothing is said.
        package let size: Int64?
        /// Who people log in as; nil where nothing is said.
        package let user: String?

        /// What the store makes of it; nil for a provider that devenv has none of.
        package var format: BoxImage.Format? { CatalogProvider.format(provider) }
    }
}

/// What providers are called in catalogs.
package enum CatalogProvider {
    private static let names = ["directories": "devenv-container", "qcow2": "libvirt", "ovf": "virtualbox"]

    /// The format of the boxes of a provider; nil for one that devenv has none of.
    static func format(_ provider: String) -> BoxImage.Format? {
        names.first { $0.value == provider }.flatMap { BoxImage.Format(rawValue: $0.key) }
    }

    /// The provider whose boxes have a format.
    package static func name(_ format: BoxImage.Format) -> String { names[format.rawValue] ?? format.rawValue }
}

/// The names of processors.
package enum ProcessorName {
    private static let debian = [
        "x86_64": "amd64", "x64": "amd64", "aarch64": "arm64", "i686": "i386", "386": "i386", "arm": "armhf",
        "armv7l": "armhf", "ppc64le": "ppc64el",
    ]

    /// Debian's name for a processor of which Vagrant's, Go's or the kernel's is given.
    package static func debian(_ name: String) -> String { debian[name.lowercased()] ?? name.lowercased() }
}
