import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState

extension StepRunner {
    /// Saves a snapshot: what is recorded of the machine, then the machine. What was kept for a snapshot that did not come to
    /// be is never looked at: the next one of that name takes its place.
    func save(_ name: SnapshotName, _ machine: MachineName, _ provider: any Provider) async throws {
        let record = try record(of: machine)
        guard try await snapshot(name, of: record, provider) == nil else {
            throw EngineError.taken(name, machine)
        }
        try store.keep(record, as: name)
        FaultPoint.reach("engine.save.kept")
        try await provider.saveSnapshot(name, of: record.recorded)
    }

    /// Brings a machine back to a snapshot, and what is recorded of it with it. Repeating it completes one that was cut off.
    func restore(_ name: SnapshotName, _ machine: Arriving) async throws {
        var record = try record(of: machine.name)
        guard let snapshot = try await snapshot(name, of: record, machine.provider) else {
            throw EngineError(
                .unknownSnapshot, "machine '\(machine.name)' has no snapshot '\(name)'",
                help: "'devenv snapshot list' shows those that there are")
        }
        await connections.close(machine.name)
        try await unwatch(record.identity)
        record.restoration = Restoration(snapshot: name, isRunning: snapshot.isRunning)
        try store.save(record)
        try store.forgetBases(of: machine.name)
        try store.forgetLiveReport(of: machine.name)
        FaultPoint.reach("engine.restore.intended")
        try await machine.provider.restoreSnapshot(name, of: record.recorded)
        FaultPoint.reach("engine.restore.restored")
        if try store.kept(name, of: record) == nil {
            events(.notice(machine.name, "what was done in it by then is not known: the next up does it again"))
        }
        record = try store.completing(record)
        if snapshot.isRunning, !machine.provider.features.savesMemory {
            // what is done at each start is due again
            record.starts += 1
            record.isReady = false
        }
        record.restoration = nil
        record.isComingBack = snapshot.isRunning ? true : nil
        try store.save(record)
        try store.notePorts(of: machine.name, isRunning: snapshot.isRunning)
        FaultPoint.reach("engine.restore.recorded")
        guard snapshot.isRunning else { return }
        try await comeBack(machine)
        try await rewatch(machine.name, machine.provider)
    }

    /// Removes a snapshot, then what was kept for it.
    func delete(_ name: SnapshotName, _ machine: MachineName, _ provider: any Provider) async throws {
        var record = try record(of: machine)
        if record.restoration?.snapshot == name {
            // halfway back to what will be gone: nothing that is recorded can be relied on
            record = record.withNothingDone()
            record.restoration = nil
            try store.save(record)
        }
        FaultPoint.reach("engine.delete.intended")
        try await provider.deleteSnapshot(name, of: record.recorded)
        FaultPoint.reach("engine.delete.deleted")
        try store.forget(name, of: machine)
    }

    private func snapshot(
        _ name: SnapshotName, of record: MachineRecord, _ provider: any Provider
    ) async throws(ProviderError) -> MachineSnapshot? {
        try await provider.snapshots(of: record.recorded).first { $0.name == name }
    }
}
