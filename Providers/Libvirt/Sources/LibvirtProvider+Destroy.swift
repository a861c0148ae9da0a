import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage

extension LibvirtProvider {
    /// Removes the machine with everything that carries its ids, and the networks of its project that no machine needs.
    package func destroy(_ machine: RecordedMachine) async throws(ProviderError) {
        let attempt = attempt(machine, "destroying")
        let place = place(of: machine)
        let connection = try await connection(to: place, attempt)
        try await forwards.take(downOf: machine.identity)
        FaultPoint.reach("libvirt.destroy.forwards")
        if let id = machine.identity.domain {
            try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
                try await remove(id, connection)
            }
        }
        EmulatorLog(of: machine.identity, at: place, environment: environment).remove()
        FaultPoint.reach("libvirt.destroy.domain")
        try await storage(at: place, connection).remove(machine.identity)
        FaultPoint.reach("libvirt.destroy.volumes")
        if place.scope == .system { try await networks(connection).release(machine.identity) }
    }

    /// Ends and forgets a domain; none there is fine.
    private func remove(_ id: DomainID, _ connection: LibvirtConnection) async throws(LibvirtError) {
        try await switchOff(id, connection)
        FaultPoint.reach("libvirt.destroy.off")
        do throws(LibvirtError) { try await connection.undefine(id) } catch {
            guard error.isMissing else { throw error }
        }
    }
}
