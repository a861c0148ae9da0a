package import SystemPackage

/// Files that are to be carried between this host and a machine, once.
package struct FileLoad: Hashable, Sendable {
    /// Where they come from and where they go.
    package enum Way: Hashable, Sendable {
        /// From this host, by absolute paths, to a path of the machine. A directory that ends in `/` means what is in it.
        case upload([String], to: String)
        /// From a path of the machine to one of this host, absolute.
        case download(String, to: FilePath)
    }

    /// Where they come from and where they go. A path of the machine is absolute, or starts in the SSH user's home directory.
    package let way: Way
    /// Whether root reads and writes in the machine, by `sudo -n`.
    package let asRoot: Bool

    /// Describes a load.
    package init(_ way: Way, asRoot: Bool = false) {
        self.way = way
        self.asRoot = asRoot
    }
}

/// How far a load has come.
package struct LoadProgress: Hashable, Sendable {
    /// The bytes of content that were dealt with.
    package let bytes: Int64
    /// How many there are; nil where that is not known.
    package let total: Int64?

    /// Describes it.
    package init(bytes: Int64, total: Int64?) {
        self.bytes = bytes
        self.total = total
    }
}

/// Carries files between this host and machines.
package protocol FileCarrier: Sendable {
    /// Carries a load and tells how far it has come. Modes and times are kept, links stay links. Each file is replaced as a
    /// whole once it has arrived; one that is broken off leaves the old one. Repeating it carries everything again.
    func carry(
        _ load: FileLoad, with endpoint: SSHEndpoint, over communicator: any Communicator,
        progress: @escaping @Sendable (LoadProgress) -> Void
    ) async throws(SyncError) -> SyncSummary
}
