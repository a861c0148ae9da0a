import DevenvHost
package import DevenvPluginAPI

extension VirtualBoxProvider {
    /// Removes the machine with its disks and snapshots, and masters that nothing is a clone of any more.
    package func destroy(_ machine: RecordedMachine) async throws(ProviderError) {
        let attempt = attempt(machine, "destroying")
        let manage = manage(machine)
        let places = places(of: machine)
        if let id = machine.identity.vm { await memory.touch(id) }
        let folder = places.folder(of: machine.identity)
        let removal = MachineRemoval(
            manage: manage, machine: try id(of: machine, attempt), folder: folder, attempt: attempt)
        let census = try await removal.run()
        FaultPoint.reach("virtualbox.destroy.removed")
        try await networks(of: machine, manage, attempt).leave()
        guard HostFiles.exists(places.masters) else { return }
        let masters = Masters(manage: manage, version: .oldest, places: places)
        try await masters.collect(census, without: folder, attempt)
    }
}
