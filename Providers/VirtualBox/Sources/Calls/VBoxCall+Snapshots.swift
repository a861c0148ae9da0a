extension VBoxCall {
    /// Takes a snapshot; of a machine that runs with its memory. It is paused while its memory is written.
    static func takeSnapshot(_ name: String, note: String? = nil, of machine: VMID) -> VBoxCall {
        VBoxCall(
            ["snapshot", machine.description, "take", name] + (note.map { ["--description", $0] } ?? []),
            timeout: memoryTimeout)
    }

    /// Brings a machine that does not run back to a snapshot; one of a machine that ran leaves it saved.
    static func restore(_ snapshot: VMID, of machine: VMID) -> VBoxCall {
        VBoxCall(["snapshot", machine.description, "restore", snapshot.description], timeout: memoryTimeout)
    }

    /// Removes a snapshot and merges what its disks hold into those that came of it.
    static func deleteSnapshot(_ snapshot: VMID, of machine: VMID) -> VBoxCall {
        VBoxCall(["snapshot", machine.description, "delete", snapshot.description], timeout: copyingTimeout)
    }
}
