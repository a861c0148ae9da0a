import DevenvHost
import DevenvModel
package import DevenvPluginAPI

extension LibvirtProvider {
    /// Waits until the address of a machine is known, where it is not one that devenv chose, or until it is clear that the
    /// machine has taken another than it was given.
    package func locate(_ machine: RecordedMachine, timeout: Duration) async throws(ProviderError)
        -> MachineObservation
    {
        let seen = try await observation(of: machine)
        let place = place(of: machine)
        guard seen.state == .running, place.scope == .system, let id = machine.identity.domain else { return seen }
        let attempt = attempt(machine, "looking for the address of")
        let connection = try await connection(to: place, attempt)
        guard let mark = try await mark(of: id, connection, attempt) else { return seen }
        let search = AddressSearch(domain: id, expected: mark.address, connection: connection)
        switch try await search.run(for: timeout, attempt) {
        case .asExpected:
            guard let address = mark.address, mark.foundAddress != nil else { return seen }
            try await settle(machine, mark, at: address, connection)
        case .other(let address): try await settle(machine, mark, at: address, connection)
        case .notRunning: break
        case .nothing:
            guard mark.address == nil else { return seen }
            throw .timedOut(
                "\(attempt): it has none that the DHCP servers of libvirt's networks, this host's neighbours or the "
                    + "guest's agent know of",
                help: "put it on a network of the project, or use a box with the QEMU guest agent")
        }
        return try await observation(of: machine)
    }

    private func observation(of machine: RecordedMachine) async throws(ProviderError) -> MachineObservation {
        try await observe([machine])[machine.identity.machine] ?? MachineObservation(.absent)
    }

    /// Remembers an address until the next start, and lets the machine's forwards lead there.
    private func settle(
        _ machine: RecordedMachine, _ mark: MachineMark, at address: IPv4Address, _ connection: LibvirtConnection
    ) async throws(ProviderError) {
        guard let id = machine.identity.domain else { return }
        var found = mark
        found.foundAddress = address == mark.address ? nil : address
        let new = found
        if new != mark {
            try await ProviderError.libvirt(attempt(machine, "noting the address of")) {
                () async throws(LibvirtError) in try await connection.setDomainMetadata(id, new.bare)
            }
            FaultPoint.reach("libvirt.locate.noted")
        }
        let host = place(of: machine).remoteHost
        try await forwards.bring(mark.forwards, to: address, through: host, of: machine.identity)
    }
}
