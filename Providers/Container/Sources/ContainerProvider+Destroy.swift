import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import Glibc
import SystemPackage

extension ContainerProvider {
    /// Removes the machine with everything that carries its mark.
    package func destroy(_ machine: RecordedMachine) async throws(ProviderError) {
        let place = place(machine.identity)
        guard isPresent(place) || isProjectPresent(place) else { return }
        try requireRoot()
        try await takeDown(place, bridges: .go)
        FaultPoint.reach("container.destroy.stopped")
        try ProviderError.translate { () throws(HostError) in try removeDisk(of: place) }
        FaultPoint.reach("container.destroy.removed")
        try removeParentGroups(of: place)
        for path in [place.projectDisk, MachinePlace.disks(in: directories), place.runtimeRoot] {
            removeEmpty(path)
        }
        removeEmpty(MachinePlace.runs(in: directories))
    }

    /// Whether anything carries the machine's mark. Rules do only while there is a note of it.
    func isPresent(_ place: MachinePlace) -> Bool {
        HostFiles.exists(place.disk) || HostFiles.exists(place.run) || HostFiles.exists(place.runtimeState)
            || !asides(of: place).isEmpty || !ControlGroups(of: place).directories.isEmpty
    }

    /// Whether anything carries the project's mark, which goes with its last machine.
    private func isProjectPresent(_ place: MachinePlace) -> Bool {
        HostFiles.exists(place.projectDisk) || !ControlGroups(shared: place.projectGroup).directories.isEmpty
    }

    /// Whoever makes groups below these parents right now removes them later, with its own machine. The project's directory
    /// may go at any moment, when its other machines are destroyed at the same time.
    private func removeParentGroups(of place: MachinePlace) throws(ProviderError) {
        let group = ControlGroups(shared: place.projectGroup)
        if let projectLock = try KernelLock.attempt(.projectGroups(place.projectDisk)) {
            group.removeEmpty()  // another machine is in one that is not
            _ = consume projectLock
        } else if !HostFiles.exists(place.projectDisk) {
            group.removeEmpty()  // nobody's data, nobody's groups
        }
        guard let lock = try KernelLock.attempt(.groups) else { return }
        ControlGroups(shared: MachinePlace.allGroups).removeEmpty()  // not empty as long as a project has machines
        _ = consume lock
    }

    /// Moves the directory aside first: the machine is gone at once, however long the removal takes.
    private func removeDisk(of place: MachinePlace) throws(HostError) {
        for path in [place.disk] + asides(of: place) { try DiskQuota(directory: path).end() }
        if HostFiles.exists(place.disk) {
            let aside = asidePrefix(of: place) + String(UInt32.random(in: .min ... .max))
            try HostFiles.rename(place.disk, to: place.projectDisk.appending(aside))
            FaultPoint.reach("container.destroy.aside")
        }
        for path in asides(of: place) { try HostFiles.remove(path) }
    }

    private func asidePrefix(of place: MachinePlace) -> String { ".\(place.machine)-" }

    /// What earlier removals moved aside and did not finish.
    private func asides(of place: MachinePlace) -> [FilePath] {
        let names = (try? HostFiles.list(place.projectDisk)) ?? []  // an unreadable one is reported by its removal
        return names.filter { $0.hasPrefix(asidePrefix(of: place)) }.map { place.projectDisk.appending($0) }
    }
}
