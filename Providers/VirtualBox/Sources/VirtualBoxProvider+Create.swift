import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage

extension VirtualBoxProvider {
    /// Makes the machine as a clone of its box's master.
    package func create(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        let attempt = attempt(request.recorded, "making")
        let manage = manage(request.recorded)
        let id = try id(of: request.recorded, attempt)
        // a machine that VirtualBox knows has its folder; where that is gone, making it says so
        let isKnown = HostFiles.exists(places(of: request.recorded).folder(of: request.identity))
        if isKnown, try await report(of: id, manage, attempt) != nil {
            try await mark(request, id, manage, attempt)
            return VBoxHome(request.record).record
        }
        if isKnown { try await clearAway(request, id, manage, attempt) }
        do throws(ProviderError) { try await clone(request, as: id, manage, attempt) } catch {
            guard !isKnown, try await report(of: id, manage, attempt) != nil else { throw error }
            try await clearAway(request, id, manage, attempt)
            try await clone(request, as: id, manage, attempt)
        }
        try await mark(request, id, manage, attempt)
        await memory.note(fresh: id)
        return VBoxHome(request.record).record
    }

    /// Removes what an attempt that was broken off has left.
    private func clearAway(
        _ request: MachineRequest, _ id: VMID, _ manage: VBoxManage, _ attempt: String
    ) async throws(ProviderError) {
        let folder = places(of: request.recorded).folder(of: request.identity)
        try await MachineRemoval(manage: manage, machine: id, folder: folder, attempt: attempt).run()
    }

    /// Writes down whose the machine is; an attempt that was broken off may not have come to that.
    private func mark(
        _ request: MachineRequest, _ id: VMID, _ manage: VBoxManage, _ attempt: String
    ) async throws(ProviderError) {
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            _ = try await manage.run(OwnershipMark(request.identity).call(for: id))
        }
        FaultPoint.reach("virtualbox.create.marked")
    }

    private func clone(
        _ request: MachineRequest, as id: VMID, _ manage: VBoxManage, _ attempt: String
    ) async throws(ProviderError) {
        let places = places(of: request.recorded)
        try ProviderError.translate { () throws(HostError) in
            try HostFiles.makeDirectory(places.machines, mode: .ownerReadWriteExecute)
        }
        let masters = Masters(
            manage: manage, version: try await version(manage, attempt), places: places)
        let call = { (master: VMID) in
            VBoxCall.clone(
                master, at: Masters.snapshot, to: id, name: request.identity.vmName, below: places.machines,
                isLinked: options(of: request).isLinkedClone)
        }
        try await masters.with(request.box, attempt) { (master) async throws(VBoxError) in
            FaultPoint.reach("virtualbox.create.master")
            try await manage.run(call(master))
        }
        FaultPoint.reach("virtualbox.create.cloned")
    }
}
