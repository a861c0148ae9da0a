/// The snapshots of a machine, as `snapshot list --machinereadable` prints them: `SnapshotName-1-2` is the second child of the
/// first child of the root. Names need not be unique.
struct SnapshotTree: Hashable, Sendable {
    /// One of them.
    struct Node: Hashable, Sendable {
        let id: VMID
        let name: String
        /// What its maker has written down with it.
        let description: String
        let parent: VMID?
    }

    /// All, parents before their children.
    private(set) var nodes: [Node] = []
    /// What the machine's present state has come of.
    let current: VMID?

    /// Reads an output; none in it means none.
    init(_ text: String) { self.init(MachineReadable(text)) }

    /// Finds them in a description of a machine too, which has the same entries.
    init(_ entries: MachineReadable) {
        current = entries["CurrentSnapshotUUID"].flatMap { VMID($0) }
        var places: [String: VMID] = [:]
        let (name, id) = ("SnapshotName", "SnapshotUUID")
        for entry in entries.entries where entry.key.hasPrefix(name) {
            let place = String(entry.key.dropFirst(name.count))
            guard let node = entries[id + place].flatMap({ VMID($0) }) else { continue }
            places[place] = node
            let above = place.lastIndex(of: "-").map { String(place[..<$0]) }
            nodes.append(
                Node(
                    id: node, name: entry.value, description: entries["SnapshotDescription" + place] ?? "",
                    parent: above.flatMap { places[$0] }))
        }
    }

    /// The first of a name.
    subscript(name: String) -> Node? { nodes.first { $0.name == name } }
}
