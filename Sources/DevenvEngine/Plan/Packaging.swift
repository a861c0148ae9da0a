package import DevenvModel

/// How a box is to be made of a machine.
package struct Packaging: Hashable, Sendable {
    /// The box's name.
    package let name: String
    /// Its version; nil for what its content tells.
    package let version: String?
    /// Whether another box may lose its place.
    package let isReplacing: Bool
    /// Whether what is the machine's own stays in it.
    package let keepsIdentity: Bool
    /// The snapshot that it is made of; nil for the machine as it is.
    package let snapshot: SnapshotName?

    /// Describes it.
    package init(
        name: String, version: String? = nil, isReplacing: Bool = false, keepsIdentity: Bool = false,
        snapshot: SnapshotName? = nil
    ) {
        self.name = name
        self.version = version
        self.isReplacing = isReplacing
        self.keepsIdentity = keepsIdentity
        self.snapshot = snapshot
    }
}
