package import DevenvModel

/// A state of a machine that it can be brought back to.
package struct MachineSnapshot: Hashable, Sendable {
    /// Its name, unique for the machine.
    package let name: SnapshotName
    /// When it was saved, in seconds since 1970.
    package let created: Int
    /// Whether the machine ran; its memory was saved too, where `ProviderFeatures.savesMemory`.
    package let isRunning: Bool
    /// The snapshot that the machine had been saved as or brought back to before, nil for none.
    package let parent: SnapshotName?

    /// Describes a snapshot.
    package init(name: SnapshotName, created: Int, isRunning: Bool, parent: SnapshotName? = nil) {
        self.name = name
        self.created = created
        self.isRunning = isRunning
        self.parent = parent
    }
}
