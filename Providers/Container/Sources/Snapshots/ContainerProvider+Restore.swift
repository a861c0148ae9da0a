import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

extension ContainerProvider {
    /// Brings the machine's files back to a snapshot and, where it ran then, starts it anew as it ran.
    package func restoreSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        try requireRoot()
        let place = place(machine.identity)
        let attempt = "restoring a snapshot of the machine '\(machine.identity.name)'"
        var note = try SnapshotsNote.read(at: place)
        let (entry, disk) = try saved(name, note, at: place, attempt)
        // a snapshot that can't be brought back must not cost the machine as it is
        try LayerStack(box: disk.layers, saved: entry.layers, top: note.top, at: place).check()
        try await rest(place)
        FaultPoint.reach("container.restore.ended")
        try forgetKeys(disk, at: place)
        note.layers = entry.layers
        note.top = SnapshotsNote.fresh()
        note.current = name
        try write(note, at: place)
        FaultPoint.reach("container.restore.switched")
        try completeRestore(entry, disk, at: place)
        let stack = LayerStack(box: disk.layers, note, at: place)
        let launched = await outcome { () async throws(ProviderError) in
            guard let run = entry.run else { return }
            try await relaunch(Launch(run, of: disk), stack, at: place)
        }
        FaultPoint.reach("container.restore.launched")
        // what can't be removed now is by the next operation
        try? await sweep(place, note)
        try launched.get()
    }

    /// A snapshot that the machine must have, and what the machine was made from.
    func saved(
        _ name: SnapshotName, _ note: SnapshotsNote, at place: MachinePlace, _ attempt: String
    ) throws(ProviderError) -> (entry: SnapshotEntry, disk: DiskNote) {
        guard let entry = note[name], let disk = try Notes.read(DiskNote.self, at: place.diskNote) else {
            throw .invalidRequest(
                "\(attempt): it has no snapshot '\(name)'", help: "'devenv snapshot list' shows those it has")
        }
        return (entry, disk)
    }

    /// Removes a snapshot, and what only it needed.
    package func deleteSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        let place = place(machine.identity)
        var note = try SnapshotsNote.read(at: place)
        guard note[name] != nil else { return }
        try requireRoot()
        note.remove(name)
        try write(note, at: place)
        FaultPoint.reach("container.snapshot.unlisted")
        try await sweep(place, note)
        FaultPoint.reach("container.snapshot.swept")
        await merge(&note, at: place)
    }

    /// Whom the machine lets in is what it was in the snapshot: until it is there, nobody may rely on it.
    private func forgetKeys(_ disk: DiskNote, at place: MachinePlace) throws(ProviderError) {
        var disk = disk
        disk.keysFor = nil
        try Notes.write(disk, to: place.diskNote)
        FaultPoint.reach("container.restore.unkeyed")
    }

    private func completeRestore(
        _ entry: SnapshotEntry, _ disk: DiskNote, at place: MachinePlace
    ) throws(ProviderError) {
        var disk = disk
        disk.keysFor = entry.keysFor
        try Notes.write(disk, to: place.diskNote)
    }

    private func relaunch(_ launch: Launch, _ stack: LayerStack, at place: MachinePlace) async throws(ProviderError) {
        do throws(ProviderError) {
            // of a machine that ended by itself they may stand yet, and answer for its addresses
            try await network.remove(Cable.names(of: place))
            try makeDirectories(place, for: stack, ids: launch.ids)
            try mountRoot(place, stack, ids: launch.ids)
            FaultPoint.reach("container.restore.mounted")
            try await run(launch, at: place)
        } catch {
            await abandon(place)
            throw error
        }
    }
}
