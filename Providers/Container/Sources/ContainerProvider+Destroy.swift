import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import Glibc
import SystemPackage

extension ContainerProvider {
    /// Removes the machine with everything that carries its mark.
    package func destroy(_ machine: RecordedMachine) async throws(ProviderError) {
        let place = place(machine.identity)
        guard isPresent(place) else { return }
        try requireRoot()
        try await takeDown(place)
        FaultPoint.reach("container.destroy.stopped")
        try ProviderError.translate { () throws(HostError) in try removeDisk(of: place) }
        FaultPoint.reach("container.destroy.removed")
        // whoever makes groups right now removes the parents later
        if let lock = try KernelLock.attempt(.cgroups) {
            ControlGroups(place.cgroup).removeParents()
            _ = consume lock
        }
        for path in [place.disk.removingLastComponent(), MachinePlace.disks(in: directories), place.runtimeRoot] {
            removeEmpty(path)
        }
        removeEmpty(MachinePlace.runs(in: directories))
    }

    /// Whether anything carries the machine's mark. Rules do only while there is a note of it.
    func isPresent(_ place: MachinePlace) -> Bool {
        HostFiles.exists(place.disk) || HostFiles.exists(place.run) || HostFiles.exists(place.runtimeState)
            || !trash(of: place).isEmpty || !ControlGroups(place.cgroup).directories.isEmpty
    }

    /// Moves the directory aside first: the machine is gone at once, however long the removal takes.
    private func removeDisk(of place: MachinePlace) throws(HostError) {
        if HostFiles.exists(place.disk) {
            let name = "\(place.project)-\(place.machine)-\(UInt32.random(in: .min ... .max))"
            let target = trashDirectory.appending(name)
            try HostFiles.makeDirectory(trashDirectory, mode: .ownerReadWriteExecute)
            try HostFiles.rename(place.disk, to: target)
            FaultPoint.reach("container.destroy.aside")
        }
        for path in trash(of: place) { try HostFiles.remove(path) }
        removeEmpty(trashDirectory)
    }

    private var trashDirectory: FilePath { MachinePlace.disks(in: directories).appending(".trash") }

    private func trash(of place: MachinePlace) -> [FilePath] {
        let names = (try? HostFiles.list(trashDirectory)) ?? []  // an unreadable one is reported by its removal
        return names.filter { $0.hasPrefix("\(place.project)-\(place.machine)-") }.map { trashDirectory.appending($0) }
    }
}
