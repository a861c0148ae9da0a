import DevenvModel
import DevenvPluginAPI

extension LibvirtProvider {
    /// Where a machine is, or would be: one whose record never came so far is looked for in the usual place.
    func place(of machine: RecordedMachine) -> LibvirtRecord {
        LibvirtRecord(machine.record) ?? LibvirtRecord(uri: uri(LibvirtOptions()), pool: nil)
    }

    func connection(to place: LibvirtRecord, _ attempt: String) async throws(ProviderError) -> LibvirtConnection {
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await LibvirtConnection.open(place.uri)
        }
    }

    /// The storage of a place.
    func storage(at place: LibvirtRecord, _ connection: LibvirtConnection) -> MachineStorage {
        let pool = place.pool.map(StoragePool.existing) ?? .standard(place.scope, directories)
        return MachineStorage(connection: connection, pool: pool, directories: directories, tools: tools)
    }

    /// The networks of a place.
    func networks(_ connection: LibvirtConnection) -> ProjectNetworks {
        ProjectNetworks(connection: connection, directories: directories, tools: tools)
    }

    /// The forwards of the machines of a place.
    var forwards: ForwardSupervisor { ForwardSupervisor(relay: relay) }
}

extension MachineIdentity {
    /// The domain that is the machine.
    var domain: DomainID? { DomainID(domainUUID) }
}
