import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import Glibc
import SystemPackage

extension ContainerProvider {
    /// The machine's snapshots, oldest first.
    package func snapshots(of machine: RecordedMachine) async throws(ProviderError) -> [MachineSnapshot] {
        try SnapshotsNote.read(at: place(machine.identity)).snapshots.map(\.snapshot)
    }

    /// Saves the machine's files. Those of a stopped one become a layer that nothing writes to any more, in no time; those of
    /// one that runs are copied while it stands still, as nothing can be put under a mounted overlay.
    package func saveSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        try requireRoot()
        let place = place(machine.identity)
        let attempt = "saving a snapshot of the machine '\(machine.identity.name)'"
        guard let disk = try Notes.read(DiskNote.self, at: place.diskNote), disk.keysFor != nil else {
            throw .invalidRequest("\(attempt): it is not whole", help: "run 'devenv up'")
        }
        var note = try SnapshotsNote.read(at: place)
        guard note[name] == nil else {
            throw .invalidRequest(
                "\(attempt): it has a snapshot '\(name)' already",
                help: "choose another name, or run 'devenv snapshot delete'")
        }
        // a first note, so that one that gets lost later is missed
        if !HostFiles.exists(place.snapshotsNote) { try write(note, at: place) }
        try await sweep(place, note)
        try checkDepth(disk, note, attempt)
        let save = Save(name: name, keysFor: disk.keysFor, attempt: attempt)
        if let running = try runningMachine(at: place) {
            try await saveRunning(save, running, &note, at: place)
        } else {
            try await rest(place)
            try saveStopped(save, &note, at: place)
        }
        FaultPoint.reach("container.snapshot.noted")
        await merge(&note, at: place)
    }

    /// What a snapshot is to be.
    private struct Save {
        let name: SnapshotName
        let keysFor: String?
        let attempt: String

        func entry(_ layers: [String], _ run: SavedRun?, after parent: SnapshotName?) -> SnapshotEntry {
            SnapshotEntry(
                name: name, created: Int(time(nil)), parent: parent, layers: layers, keysFor: keysFor, run: run)
        }
    }

    private func saveStopped(
        _ save: Save, _ note: inout SnapshotsNote, at place: MachinePlace
    ) throws(ProviderError) {
        let top = place.disk.appending(note.top)
        let isEmpty = try ProviderError.translate { () throws(HostError) in try HostFiles.list(top).isEmpty }
        if !isEmpty {
            note.layers.append(note.top)
            note.top = SnapshotsNote.fresh()
        }
        note.add(save.entry(note.layers, nil, after: note.current))
        try write(note, at: place)
    }

    private func saveRunning(
        _ save: Save, _ running: RunningMachine, _ note: inout SnapshotsNote, at place: MachinePlace
    ) async throws(ProviderError) {
        guard !ControlGroups(of: place).directories.isEmpty else {
            throw .unsupported(
                "\(save.attempt): it runs, and can't be paused for that, as no control group is delegated to you",
                help: "run 'devenv halt' first; 'devenv doctor' says what lets machines be saved while they run")
        }
        guard let started = running.note, let log = started.log, HostFiles.exists(place.config) else {
            throw .invalidRequest(
                "\(save.attempt): what was noted of its start is gone", help: "run 'devenv reload' first")
        }
        let layer = SnapshotsNote.fresh()
        do throws(ProviderError) {
            try await copy(note.top, as: layer, at: place, save.attempt)
        } catch {
            try? await sweep(place, note)  // what is left of the copy goes with the next operation otherwise
            throw error
        }
        let run = SavedRun(
            config: "\(SnapshotEntry.configuration)-\(SnapshotEntry.randomPart())",
            interfaces: started.cables.map(\.interface), log: log)
        try ProviderError.translate { () throws(HostError) in
            try HostFiles.copy(place.config, to: place.disk.appending(run.config))
        }
        FaultPoint.reach("container.snapshot.configured")
        note.add(save.entry(note.layers + [layer], run, after: note.current))
        try write(note, at: place)
    }

    /// More layers than the kernel takes could never be mounted again.
    private func checkDepth(_ disk: DiskNote, _ note: SnapshotsNote, _ attempt: String) throws(ProviderError) {
        guard disk.layers.count + note.layers.count + 1 < LayerStack.limit else {
            throw .invalidRequest(
                "\(attempt): it lies over \(disk.layers.count + note.layers.count) layers, and there is no room for more",
                help: "remove some of its snapshots with 'devenv snapshot delete' while it is stopped")
        }
    }

    /// Writes the note, and with it makes true what it says. What the machine is to write to is there before, so that a note
    /// that gets lost is missed.
    func write(_ note: SnapshotsNote, at place: MachinePlace) throws(ProviderError) {
        try make(place.disk.appending(note.top))
        try Notes.write(note, to: place.snapshotsNote, durable: true)
    }

    /// Removes what belongs to no snapshot and is not the machine's any more.
    func sweep(_ place: MachinePlace, _ note: SnapshotsNote) async throws(ProviderError) {
        do { try await MountPoint.unmount(place.export) } catch { throw ProviderError(error) }
        try ProviderError.translate { () throws(HostError) in
            for name in try HostFiles.list(place.disk) where note.isWaste(name) {
                try HostFiles.remove(place.disk.appending(name))
            }
        }
    }

    /// Sees that nothing uses the machine's layers.
    func rest(_ place: MachinePlace) async throws(ProviderError) {
        guard HostFiles.exists(place.run) || !ControlGroups(of: place).directories.isEmpty else { return }
        try await takeDown(place, bridges: .stay)
    }
}
