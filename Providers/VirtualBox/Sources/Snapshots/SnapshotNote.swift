import DevenvModel
import DevenvPluginAPI

/// What VirtualBox does not say of a snapshot in a list: when it was taken, and whether the machine ran. It is kept as the
/// snapshot's description, and marks the snapshots that are devenv's.
struct SnapshotNote: Hashable, Sendable {
    let created: Int
    let isRunning: Bool

    init(created: Int, isRunning: Bool) {
        self.created = created
        self.isRunning = isRunning
    }

    /// Reads `devenv 1 1763853421 running`; nil for the description of another snapshot.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 4, words[0] == "devenv", words[1] == "1", let created = Int(words[2]) else { return nil }
        self.init(created: created, isRunning: words[3] == "running")
    }
}

extension SnapshotNote: CustomStringConvertible {
    /// As it is kept.
    var description: String { "devenv 1 \(created) \(isRunning ? "running" : "stopped")" }
}

/// A snapshot of devenv's.
struct NotedSnapshot: Hashable, Sendable {
    let id: VMID
    let snapshot: MachineSnapshot

    /// Those in a tree, oldest first; of one name the first.
    static func list(_ tree: SnapshotTree) -> [NotedSnapshot] {
        var found: [NotedSnapshot] = []
        for node in tree.nodes {
            guard let note = SnapshotNote(node.description), let name = SnapshotName(rawValue: node.name),
                !found.contains(where: { $0.snapshot.name == name })
            else { continue }
            let parent = ancestor(of: node, in: tree, among: found)
            found.append(
                NotedSnapshot(
                    id: node.id,
                    snapshot: MachineSnapshot(
                        name: name, created: note.created, isRunning: note.isRunning, parent: parent)))
        }
        return found.enumerated().sorted {
            ($0.element.snapshot.created, $0.offset) < ($1.element.snapshot.created, $1.offset)
        }
        .map(\.element)
    }

    /// The nearest one above that is devenv's too.
    private static func ancestor(
        of node: SnapshotTree.Node, in tree: SnapshotTree, among found: [NotedSnapshot]
    ) -> SnapshotName? {
        var next = node.parent
        while let id = next {
            if let match = found.first(where: { $0.id == id }) { return match.snapshot.name }
            next = tree.nodes.first { $0.id == id }?.parent
        }
        return nil
    }
}
