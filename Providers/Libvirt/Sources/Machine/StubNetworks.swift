import DevenvHost
import DevenvModel
import DevenvPluginAPI

struct StubNetworks: Sendable {
    let connection: LibvirtConnection
    func establish(for request: MachineRequest) async throws(ProviderError) {
        try await ProviderError.libvirt("networks") { () async throws(LibvirtError) in
            for interface in request.spec.interfaces {
                let network = ProjectNetwork(interface.network, of: request.identity)
                let known = try await connection.networkInfo(network.networkName)
                if known == nil {
                    let leases = request.hosts.compactMap { entry -> FixedLease? in
                        guard let name = entry.names.last.flatMap(MachineName.init(rawValue:)) else { return nil }
                        return FixedLease(name: name, mac: MACAddress(for: entry.address), address: entry.address)
                    }
                    try await connection.define(
                        network: NetworkDescription(
                            network, subnet: interface.subnet, isInternal: interface.isInternal, leases: leases
                        ).xml)
                }
                if known?.isActive != true { try await connection.start(network: network.networkName) }
            }
        }
    }
    func activate(_ names: [String]) async throws(ProviderError) {
        try await ProviderError.libvirt("networks") { () async throws(LibvirtError) in
            for name in names where try await connection.networkInfo(name)?.isActive == false {
                try await connection.start(network: name)
            }
        }
    }
    func release(_ identity: MachineIdentity) async throws(ProviderError) {
        try await ProviderError.libvirt("networks") { () async throws(LibvirtError) in
            let others = try await connection.allDomains().filter { $0.id.digits.hasPrefix(identity.project.rawValue) }
            guard others.isEmpty else { return }
            for network in try await connection.networks() where network.name.hasSuffix(identity.project.rawValue) {
                if network.isActive { try await connection.destroy(network: network.name) }
                try await connection.undefine(network: network.name)
            }
        }
    }
}
extension LibvirtProvider {
    func networks(_ connection: LibvirtConnection) -> StubNetworks { StubNetworks(connection: connection) }
}
