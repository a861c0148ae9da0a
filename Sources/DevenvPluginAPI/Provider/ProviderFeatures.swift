/// What a provider can do, as data: the engine branches on these, never on a provider's name.
package struct ProviderFeatures: Hashable, Sendable {
    /// How many operations on different machines may run at once; nil for as many as the command's width allows.
    package var width: Int?
    /// The image formats that it can start from, the best first.
    package var boxFormats: [BoxImage.Format]
    /// Whether `suspend` and `resume` work.
    package var suspends: Bool
    /// Whether the snapshot methods work.
    package var snapshots: Bool
    /// Whether snapshots of running machines hold their memory. Where they don't, a machine that is brought back to one is
    /// started anew.
    package var savesMemory: Bool
    /// Whether `export` works.
    package var exports: Bool
    /// Whether `exportSnapshot` works.
    package var exportsSnapshots: Bool
    /// Whether a machine's addresses and its neighbours' names have to be set inside it, each time that it has started: nothing
    /// around it tells it.
    package var setsNetworksInside: Bool
    /// Whether `rename` works.
    package var renames: Bool

    /// Describes a provider.
    package init(
        width: Int? = nil, boxFormats: [BoxImage.Format], suspends: Bool = false, snapshots: Bool = false,
        savesMemory: Bool = true, exports: Bool = false, exportsSnapshots: Bool = false,
        setsNetworksInside: Bool = false, renames: Bool = false
    ) {
        self.width = width
        self.boxFormats = boxFormats
        self.suspends = suspends
        self.snapshots = snapshots
        self.savesMemory = savesMemory
        self.exports = exports
        self.exportsSnapshots = exportsSnapshots
        self.setsNetworksInside = setsNetworksInside
        self.renames = renames
    }
}

/// One thing that `doctor` says about this host.
package struct Finding: Hashable, Sendable {
    /// How it bears on the provider.
    package enum Severity: String, Sendable, Codable {
        /// All is well.
        case fine
        /// It works, but less well than it could.
        case warning
        /// The provider can't be used.
        case problem
    }

    /// How it bears on the provider.
    package let severity: Severity
    /// What was found.
    package let message: String
    /// The command or setting that mends it.
    package let cure: String?

    /// Makes a finding.
    package init(_ severity: Severity, _ message: String, cure: String? = nil) {
        self.severity = severity
        self.message = message
        self.cure = cure
    }
}
