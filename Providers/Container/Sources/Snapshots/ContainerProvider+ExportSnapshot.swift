import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

extension ContainerProvider {
    /// Packs the files of a snapshot as the machine saw them, beside the machine, which may run.
    package func exportSnapshot(
        _ name: SnapshotName, of machine: RecordedMachine, to directory: FilePath
    ) async throws(ProviderError) -> ExportedMachine {
        try requireRoot()
        let place = place(machine.identity)
        let attempt = "copying a snapshot of the machine '\(machine.identity.name)'"
        let note = try SnapshotsNote.read(at: place)
        let (entry, disk) = try saved(name, note, at: place, attempt)
        try await sweep(place, note)
        // nothing is written there: but for a top, an overlay over one layer is none
        let stack = LayerStack(box: disk.layers, saved: entry.layers, top: SnapshotsNote.fresh(), at: place)
        let packed = await outcome { () async throws(ProviderError) in
            try mount(stack, at: place, ids: disk.ids)
            FaultPoint.reach("container.export.mounted")
            return try await pack(place.export, ids: disk.ids, in: directory, attempt)
        }
        if try runningMachine(at: place) == nil { try await rest(place) }
        try await sweep(place, note)
        FaultPoint.reach("container.export.unmounted")
        return .tree(archive: try packed.get())
    }

    private func mount(_ stack: LayerStack, at place: MachinePlace, ids: IDRange) throws(ProviderError) {
        try makeDirectories(place, for: stack, ids: ids)
        try make(place.export)
        try ProviderError.translate { () throws(HostError) in
            try OverlayMount(stack: stack, target: place.export, place: place, ids: ids).mount()
        }
    }
}
