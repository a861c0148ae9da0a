import DevenvHost
package import DevenvModel
package import DevenvPluginAPI

extension LibvirtProvider {
    /// The machine's snapshots, oldest first.
    package func snapshots(of machine: RecordedMachine) async throws(ProviderError) -> [MachineSnapshot] {
        try await snapshots(at: machine, "listing the snapshots of").list(machine.identity)
    }

    /// Saves the machine as it is.
    package func saveSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        try await snapshots(at: machine, "taking a snapshot of").save(name, of: machine.identity)
    }

    /// Brings the machine back to a snapshot, with networks and forwards where it then runs.
    package func restoreSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        let attempt = attempt(machine, "restoring a snapshot of")
        let snapshots = try await snapshots(at: machine, "restoring a snapshot of")
        let (connection, info) = try await existing(machine, attempt)
        let saved = try await snapshots.list(machine.identity).first { $0.name == name }
        guard let saved, saved.isRunning else {
            try await snapshots.restore(name, of: machine.identity)
            FaultPoint.reach("libvirt.restore.stopped")
            return try await forwards.take(downOf: machine.identity)
        }
        // a machine that goes on finds its networks, as it had them
        let mark = try await mark(of: info.id, connection, attempt)
        try await surround(mark, of: machine, connection) { () async throws(ProviderError) in
            FaultPoint.reach("libvirt.restore.surrounded")
            try await snapshots.restore(name, of: machine.identity)
            FaultPoint.reach("libvirt.restore.restored")
        }
    }

    /// Removes a snapshot.
    package func deleteSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        try await snapshots(at: machine, "deleting a snapshot of").delete(name, of: machine.identity)
    }

    func snapshots(_ connection: LibvirtConnection) -> MachineSnapshots {
        MachineSnapshots(connection: connection, directories: directories, tools: tools)
    }

    private func snapshots(at machine: RecordedMachine, _ verb: String) async throws(ProviderError) -> MachineSnapshots
    {
        snapshots(try await connection(to: place(of: machine), attempt(machine, verb)))
    }
}
