import DevenvModel
import DevenvPluginAPI

/// What devenv notes about a machine's snapshots.
struct SnapshotsNote: Codable, Hashable, Sendable {
    /// Whole snapshots, in the order of their making.
    var snapshots: [SnapshotEntry] = []
    /// The one that the machine was saved as or brought back to last.
    var current: SnapshotName?
    /// What was begun and is not known to have come to its end.
    var ongoing: Ongoing?

    /// An operation.
    enum Ongoing: Codable, Hashable, Sendable {
        /// Its making.
        case save(SnapshotEntry)
        /// Bringing the machine back to it.
        case restore(SnapshotName)
        /// Its removal.
        case delete(SnapshotEntry)
    }

    /// A whole snapshot.
    subscript(_ name: SnapshotName) -> SnapshotEntry? { snapshots.first { $0.name == name } }

    /// Whether a snapshot's removal was begun.
    func isRemoving(_ name: SnapshotName) -> Bool {
        if case .delete(let entry) = ongoing { return entry.name == name }
        return false
    }

    /// Takes a snapshot out of the line: what went on from it goes on from the one before it.
    mutating func remove(_ name: SnapshotName) {
        let before = self[name]?.parent
        snapshots.removeAll { $0.name == name }
        for index in snapshots.indices where snapshots[index].parent == name { snapshots[index].parent = before }
        if current == name { current = before }
    }
}

/// One snapshot.
struct SnapshotEntry: Codable, Hashable, Sendable {
    /// Its name.
    let name: SnapshotName
    /// When it was begun, in seconds since 1970.
    let created: Int
    /// What the machine did.
    let activity: Activity
    /// The snapshot before it.
    var parent: SnapshotName?
    /// What devenv has to bring back itself; nil where libvirt does.
    var parts: SavedParts?

    /// What a machine does.
    enum Activity: String, Codable {
        case stopped
        case running
        case paused
    }

    /// As others see it.
    var snapshot: MachineSnapshot {
        MachineSnapshot(name: name, created: created, isRunning: activity != .stopped, parent: parent)
    }
}

/// What of a machine devenv has saved itself.
struct SavedParts: Codable, Hashable, Sendable {
    /// The name of the snapshot within each image; with a character that no name of a machine's snapshot has.
    let tag: String
    /// The images. The first one holds the memory too.
    let images: [String]
    /// Files and what was saved of them.
    let copies: [SavedFile]
    /// The machine as libvirt was told about it.
    let definition: String
}

/// A file of a machine and its copy.
struct SavedFile: Codable, Hashable, Sendable {
    /// Where it belongs.
    let file: String
    /// The copy; nil where there was no such file.
    let copy: String?
}
