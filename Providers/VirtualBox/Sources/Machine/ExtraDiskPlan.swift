import SystemPackage

/// What brings a machine's extra disks to the wanted ones, while it does not run. Pure.
///
/// A disk that is wanted no more is detached and stays until the machine goes: whoever wants it again finds what was on it.
struct ExtraDiskPlan: Sendable {
    /// One of the machine's folder that is attached, in the state that the machine is in now.
    struct Present: Hashable, Sendable {
        let name: String
        let slot: StorageSlot
        let id: VMID
        let mebibytes: Int64?
    }

    let wanted: [ExtraDisk]
    let present: [Present]

    init(_ wanted: [ExtraDisk], _ attachments: [MachineReport.Attachment], _ census: DiskCensus) {
        self.wanted = wanted
        // after a snapshot, what is attached only says what is different from the disk
        present = attachments.compactMap { attachment in
            guard let id = attachment.id, let root = census.root(of: id),
                let name = ExtraDisk.name(of: root.location)
            else { return nil }
            let size = census.disks.first { $0.id == id }?.mebibytes
            return Present(name: name, slot: attachment.slot, id: id, mebibytes: size)
        }
    }

    /// Those that go.
    var superfluous: [Present] {
        present.filter { disk in !wanted.contains { $0.name == disk.name } }
    }

    /// Those that are too small, with the size that they should have.
    var growing: [(disk: Present, mebibytes: Int64)] {
        paired.filter { ($0.disk.mebibytes ?? $0.wish.mebibytes) < $0.wish.mebibytes }
            .map { ($0.disk, $0.wish.mebibytes) }
    }

    /// One that is larger than it should be, which none can become.
    var shrinking: (disk: Present, wish: ExtraDisk)? {
        paired.first { ($0.disk.mebibytes ?? 0) > $0.wish.mebibytes }
    }

    /// Those that come, with their ports: the lowest that are free.
    func missing(besides taken: Set<Int>) -> [(disk: ExtraDisk, port: Int)] {
        let missing = wanted.filter { disk in !present.contains { $0.name == disk.name } }
        let kept = present.filter { !superfluous.contains($0) }.map(\.slot.port)
        let free = (0...).lazy.filter { !taken.contains($0) && !kept.contains($0) }
        return Array(zip(missing, free))
    }

    private var paired: [(disk: Present, wish: ExtraDisk)] {
        present.compactMap { disk in wanted.first { $0.name == disk.name }.map { (disk, $0) } }
    }
}
