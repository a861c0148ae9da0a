package import DevenvModel
package import DevenvPluginAPI

extension LibvirtProvider {
    /// What is there of these machines: for each libvirt one listing of domains, one of networks and one of volumes.
    package func observe(_ machines: [RecordedMachine]) async throws(ProviderError) -> [MachineID: MachineObservation] {
        let places = Dictionary(grouping: machines) { place(of: $0) }
        return await withTaskGroup(of: [MachineID: MachineObservation].self) { group in
            for (place, machines) in places { group.addTask { await observe(machines, at: place) } }
            return await group.reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
        }
    }

    /// A libvirt that does not answer says nothing about its machines, and nothing about those of another. One that was
    /// started anew is asked again.
    private func observe(
        _ machines: [RecordedMachine], at place: LibvirtRecord
    ) async -> [MachineID: MachineObservation] {
        var isSecond = false
        while true {
            let connection: LibvirtConnection
            do throws(ProviderError) {
                connection = try await self.connection(to: place, Survey.attempt(place))
            } catch { return Self.unknown(machines, error) }
            do throws(ProviderError) {
                return try await Survey(provider: self, place: place, connection: connection).observe(machines)
            } catch {
                if isSecond { return Self.unknown(machines, error) }
                guard await connection.isOver else { return Self.unknown(machines, error) }
                isSecond = true
            }
        }
    }

    private static func unknown(
        _ machines: [RecordedMachine], _ error: ProviderError
    ) -> [MachineID: MachineObservation] {
        let unknown = MachineObservation(.unknown(error.description))
        return Dictionary(machines.map { ($0.identity.machine, unknown) }) { first, _ in first }
    }
}

/// Looks at machines of one libvirt.
struct Survey: Sendable {
    let provider: LibvirtProvider
    let place: LibvirtRecord
    let connection: LibvirtConnection

    static func attempt(_ place: LibvirtRecord) -> String { "looking at the machines of '\(place.uri)'" }

    /// What is there of these machines.
    func observe(_ machines: [RecordedMachine]) async throws(ProviderError) -> [MachineID: MachineObservation] {
        let domains = try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.domains(of: machines.compactMap(\.identity.domain))
        }
        let storage = provider.storage(at: place, connection)
        let missing = try await storage.missing(for: machines)
        var marks: [MachineID: MachineMark] = [:]
        var running: [MachineID: DomainID] = [:]
        for machine in machines {
            guard let id = machine.identity.domain, let info = domains[id] else { continue }
            var mark = try await mark(of: id)
            if info.isActive {
                running[machine.identity.machine] = id
                if let address = try await looseAddress(of: id, mark) { mark?.foundAddress = address }
            }
            marks[machine.identity.machine] = mark
        }
        let surroundings = try await Surroundings(
            marks: marks, running: running, scope: place.scope, projects: provider.networks(connection),
            attempt: attempt)
        var result: [MachineID: MachineObservation] = [:]
        for machine in machines {
            let id = machine.identity.machine
            let disk = DiskState(
                wasMade: try storage.note(of: machine.identity)?.made.isEmpty == false,
                missing: missing[id] ?? MissingVolumes())
            result[id] = surroundings.observation(
                of: machine.identity.domain.flatMap { domains[$0] }, id, place: place, disk: disk)
        }
        return result
    }

    /// The present address of a running machine that has none of devenv's choice.
    private func looseAddress(
        of domain: DomainID, _ mark: MachineMark?
    ) async throws(ProviderError) -> IPv4Address? {
        guard let mark, mark.address == nil, place.scope == .system else { return nil }
        return try await AddressSearch(domain: domain, expected: nil, connection: connection).look(attempt)
    }

    private var attempt: String { Self.attempt(place) }

    private func mark(of id: DomainID) async throws(ProviderError) -> MachineMark? {
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.domainMetadata(id).flatMap { MachineMark($0) }
        }
    }
}
