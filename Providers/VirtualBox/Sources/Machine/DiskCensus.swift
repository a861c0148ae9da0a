import SystemPackage

/// The disks that VirtualBox knows, and which of them stand on which.
struct DiskCensus: Sendable {
    let disks: [Medium]

    /// Reads what `list hdds` prints.
    init(_ text: String) { disks = Medium.list(text) }
    private init(_ disks: [Medium]) { self.disks = disks }

    /// What is left when some have gone.
    func without(_ gone: Set<VMID>) -> DiskCensus { DiskCensus(disks.filter { !gone.contains($0.id) }) }

    /// The disks whose files are below a folder.
    func disks(below folder: FilePath) -> [Medium] { disks.filter { $0.location.starts(with: folder) } }

    /// Disks elsewhere that only say what is different from one below the folder: they are lost when that goes.
    func dependents(on folder: FilePath) -> [Medium] {
        let own = Set(disks(below: folder).map(\.id))
        return disks.filter { disk in
            !own.contains(disk.id) && disk.parent.map(own.contains) == true && !disk.location.starts(with: folder)
        }
    }

    /// These disks and all that they stand on.
    func ancestry(of disks: [VMID]) -> Set<VMID> {
        let parents = Dictionary(self.disks.map { ($0.id, $0.parent) }) { first, _ in first }
        var found: Set<VMID> = []
        for disk in disks {
            var next: VMID? = disk
            while let id = next, found.insert(id).inserted { next = parents[id] ?? nil }
        }
        return found
    }

    /// The whole disk that one stands on, or that it is itself.
    func root(of disk: VMID) -> Medium? {
        let all = ancestry(of: [disk])
        return disks.first { $0.parent == nil && all.contains($0.id) }
    }

    /// The disks below a folder, those that stand on others first: the order in which they can be closed.
    func closingOrder(below folder: FilePath) -> [Medium] {
        var left = disks(below: folder)
        var order: [Medium] = []
        while !left.isEmpty {
            let parents = Set(left.compactMap(\.parent))
            let leaves = left.filter { !parents.contains($0.id) }
            // a circle is none of VirtualBox's; whatever it is, it is no reason to go on for ever
            guard !leaves.isEmpty else { return order + left }
            order += leaves
            left.removeAll { leaves.contains($0) }
        }
        return order
    }
}
