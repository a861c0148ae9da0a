package import DevenvDiagnostics
package import SystemPackage

/// What a box is built from, as a file that is checked into a project says it.
package struct BoxDefinition: Sendable {
    /// The file.
    package let path: FilePath
    /// What the box is called.
    package var name: String
    /// The box's version; nil for Debian's own.
    package var version: String?
    /// What it begins with.
    package var base: BoxBase
    /// Where the packages come from.
    package var archive = PackageArchive.host
    /// Packages beside the ones that every box has.
    package var packages: [Located<String>] = []
    /// What is copied in.
    package var files: [Located<BoxFile>] = []
    /// What runs in the new tree, in this order.
    package var scripts: [Located<BoxScript>] = []
    /// How large a disk is; nil for the usual.
    package var size: Located<ByteCount>?
    /// Who people log in as.
    package var user = "dev"
    /// The providers for whose machines it is made; none for the one that the command line says.
    package var providers: [Located<ProviderName>] = []

    /// Begins a definition.
    package init(path: FilePath, name: String, base: BoxBase) {
        self.path = path
        self.name = name
        self.base = base
    }
}

/// What a box begins with.
package enum BoxBase: Hashable, Sendable {
    /// The packages of a release, by its code name.
    case release(String)
    /// Another box in the store.
    case box(Located<BoxReference>)
}

/// Where the packages of a box come from.
package enum PackageArchive: Hashable, Sendable {
    /// The host's own sources, or Debian's.
    case host
    /// A mirror of Debian's archive.
    case mirror(String)
    /// Debian's archive as it was at a moment, `20260301T000000Z`: the packages never change. Kept at an address, where it is
    /// not Debian's own.
    case snapshot(String, at: String? = nil)
}

/// The content of a file in a box: from a file of the project, or as the definition has it.
package enum BoxContent: Hashable, Sendable {
    /// A file of the project; of `BoxFile` also a directory.
    case path(FilePath)
    /// A text.
    case text(String)
}

/// Something that is copied into a box.
package struct BoxFile: Hashable, Sendable {
    /// What it is a copy of.
    package var content: BoxContent
    /// Where it lies in the box.
    package var target: String
    /// `USER` or `USER:GROUP`; nil for root.
    package var owner: String?
    /// The permission bits of a file; nil for 0755 of what may be executed, otherwise 0644.
    package var mode: UInt32?

    /// Describes it.
    package init(_ content: BoxContent, target: String, owner: String? = nil, mode: UInt32? = nil) {
        self.content = content
        self.target = target
        self.owner = owner
        self.mode = mode
    }
}

/// A program that runs in the tree of a box while it is built.
package struct BoxScript: Hashable, Sendable {
    /// What it is called in messages.
    package var label: String
    /// Its text.
    package var content: BoxContent
    /// What it is given.
    package var arguments: [String]
    /// Variables of its environment, in the order of their names.
    package var environment: [String: String]
    /// Whether it may use the network.
    package var hasNetwork: Bool

    /// Describes it.
    package init(
        _ content: BoxContent, label: String, arguments: [String] = [], environment: [String: String] = [:],
        hasNetwork: Bool = false
    ) {
        self.content = content
        self.label = label
        self.arguments = arguments
        self.environment = environment
        self.hasNetwork = hasNetwork
    }
}
