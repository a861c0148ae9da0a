import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import Glibc

extension VirtualBoxProvider {
    /// The machine's snapshots, oldest first.
    package func snapshots(of machine: RecordedMachine) async throws(ProviderError) -> [MachineSnapshot] {
        try await noted(machine, "listing the snapshots of").map(\.snapshot)
    }

    /// Saves the machine as it is, with its memory where it runs.
    package func saveSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        let attempt = attempt(machine, "taking a snapshot of")
        let manage = manage(machine)
        let report = try await existing(machine, manage, attempt)
        guard !report.snapshots.nodes.contains(where: { $0.name == name.rawValue }) else {
            throw .invalidRequest(
                "\(attempt): it has a snapshot '\(name)'", help: "delete that one, or choose another name")
        }
        let note = SnapshotNote(created: Int(time(nil)), isRunning: report.state.observed != .stopped)
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            _ = try await manage.run(.takeSnapshot(name.rawValue, note: note.description, of: report.id))
        }
        FaultPoint.reach("virtualbox.snapshot.taken")
    }

    /// Brings the machine back to a snapshot, with the forwards that it has now where it then runs.
    package func restoreSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        let attempt = attempt(machine, "restoring a snapshot of")
        let manage = manage(machine)
        let present = try await existing(machine, manage, attempt)
        guard let saved = NotedSnapshot.list(present.snapshots).first(where: { $0.snapshot.name == name }) else {
            throw .invalidRequest("\(attempt): it has no snapshot '\(name)'")
        }
        await memory.touch(present.id)
        if present.state.isActive { try await switchOff(present.id, manage, attempt) }
        FaultPoint.reach("virtualbox.restore.off")
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            _ = try await manage.run(.restore(saved.id, of: present.id))
        }
        FaultPoint.reach("virtualbox.restore.restored")
        guard saved.snapshot.isRunning else { return }
        let restored = try await existing(machine, manage, attempt)
        try await networks(of: machine, manage, attempt).rejoin()
        try await wake(restored, wanted: present.forwards, manage, attempt)
    }

    /// Removes a snapshot, whether the machine runs or not.
    package func deleteSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        let attempt = attempt(machine, "deleting a snapshot of")
        let manage = manage(machine)
        let id = try id(of: machine, attempt)
        let saved = try await noted(machine, "deleting a snapshot of").first { $0.snapshot.name == name }
        guard let saved else { return }
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            _ = try await manage.run(.deleteSnapshot(saved.id, of: id))
        }
        FaultPoint.reach("virtualbox.snapshot.deleted")
    }

    private func noted(_ machine: RecordedMachine, _ verb: String) async throws(ProviderError) -> [NotedSnapshot] {
        let attempt = attempt(machine, verb)
        return NotedSnapshot.list(try await existing(machine, manage(machine), attempt).snapshots)
    }
}
