import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// Which of a machine's directories hold what it changed, and its snapshots; kept with its disk.
///
/// One note for both, written whole and flushed: whatever is done to snapshots takes effect when it is written, at once. What
/// it does not name is swept up by the next operation.
struct SnapshotsNote: Codable, Hashable, Sendable {
    /// The directories below the one that the machine writes to, lowest first. They belong to snapshots, nothing writes to
    /// them any more.
    var layers: [String] = []
    /// The directory that the machine writes to.
    var top = Self.first
    /// Its snapshots, oldest first.
    var snapshots: [SnapshotEntry] = []
    /// The one that the machine was saved as or brought back to last.
    var current: SnapshotName?

    /// The directory that every machine begins with.
    private static let first = "upper"

    /// The name of a directory that is not there yet.
    static func fresh() -> String { "\(first)-\(SnapshotEntry.randomPart())" }

    /// The working directory that overlayfs has beside a directory that a machine writes to: never the same for two.
    static func work(of top: String) -> String { "work" + top.dropFirst(first.count) }

    /// A snapshot.
    subscript(_ name: SnapshotName) -> SnapshotEntry? { snapshots.first { $0.name == name } }

    /// What is noted of a machine; for one without snapshots that it has none. Throws `.failed` where the note is damaged, or
    /// is gone while what it told of is there.
    static func read(at place: MachinePlace) throws(ProviderError) -> SnapshotsNote {
        if let note = try Notes.read(SnapshotsNote.self, at: place.snapshotsNote) { return note }
        let names = try ProviderError.translate { () throws(HostError) in try HostFiles.list(place.disk) }
        guard !names.contains(where: { $0.hasPrefix(first + "-") }) else {
            throw .failed(
                "the note '\(place.snapshotsNote)' is gone, which says in what order the machine's layers lie",
                help: "run 'devenv destroy', then 'devenv up'")
        }
        return SnapshotsNote()
    }

    /// Takes a snapshot out of the line: what went on from it goes on from the one before it.
    mutating func remove(_ name: SnapshotName) {
        let before = self[name]?.parent
        snapshots.removeAll { $0.name == name }
        for index in snapshots.indices where snapshots[index].parent == name { snapshots[index].parent = before }
        if current == name { current = before }
    }

    /// Adds a snapshot of what lies in some directories, lowest first, which the machine then goes on from.
    mutating func add(_ entry: SnapshotEntry) {
        snapshots.append(entry)
        current = entry.name
    }

    /// Whether something in the directory of a machine's data is there for this note, but not named by it.
    func isWaste(_ name: String) -> Bool {
        let kinds = [Self.first, Self.work(of: Self.first), SnapshotEntry.configuration]
        guard kinds.contains(where: { name == $0 || name.hasPrefix($0 + "-") }) else { return false }
        let named = layers + [top, Self.work(of: top)] + snapshots.flatMap { $0.layers + [$0.run?.config ?? ""] }
        return !named.contains(name)
    }
}

/// A snapshot.
struct SnapshotEntry: Codable, Hashable, Sendable {
    /// Its name.
    let name: SnapshotName
    /// When it was saved, in seconds since 1970.
    let created: Int
    /// The snapshot before it.
    var parent: SnapshotName?
    /// The directories that hold the machine's changes, lowest first.
    var layers: [String]
    /// The user that its keys were written for.
    let keysFor: String?
    /// How it ran; nil where it did not.
    let run: SavedRun?

    /// What the names of kept configurations begin with.
    static let configuration = "config"

    /// Eight random hexadecimal digits.
    static func randomPart() -> String {
        String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
    }

    /// As others see it.
    var snapshot: MachineSnapshot {
        MachineSnapshot(name: name, created: created, isRunning: run != nil, parent: parent)
    }
}

/// What a machine that ran is started again with.
struct SavedRun: Codable, Hashable, Sendable {
    /// The name of its configuration for the runtime, in the directory of its data.
    let config: String
    /// Its interfaces.
    let interfaces: [NetworkInterface]
    /// Where its console's output goes.
    let log: String
}
