import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension ProjectNetworks {
    /// Starts a network that is defined and not active, and takes away first what a crash has left of it.
    func start(_ network: NetworkDescription, _ attempt: String) async throws(ProviderError) {
        _ = try await clear(network)
        try checkSubnet(of: network, attempt)
        do throws(LibvirtError) {
            try await connection.start(network: network.network.networkName)
        } catch {
            try await recover(from: error, network, attempt)
        }
        FaultPoint.reach("libvirt.network.started")
        hasten(network)
    }

    /// Has this host ask ten times a second, instead of once, who has an address that nobody has answered for yet: a machine
    /// is reached that much sooner after its address has come. Where only root may say so, all goes on as usual.
    private func hasten(_ network: NetworkDescription) {
        guard connection.isOfThisHost else { return }
        try? KernelSetting.write("100", to: "net/ipv4/neigh/\(network.network.bridge)/retrans_time_ms")
    }

    /// After a start that failed: somebody else has started it, or it can be started now, or it is said why not.
    private func recover(from error: LibvirtError, _ network: NetworkDescription, _ attempt: String)
        async throws(ProviderError)
    {
        let name = network.network.networkName
        let isActive = try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.networkInfo(name)?.isActive == true
        }
        guard !isActive else { return }
        guard try await clear(network) else { throw reason(for: error, network, attempt) }
        do throws(LibvirtError) { try await connection.start(network: name) } catch {
            throw reason(for: error, network, attempt)
        }
    }

    /// Takes away what is left of a network that is not active; false where nothing is.
    private func clear(_ network: NetworkDescription) async throws(ProviderError) -> Bool {
        guard connection.isOfThisHost else { return false }
        let (name, bridge) = (network.network.networkName, network.network.bridge)
        let remains = backend.remains(of: name, bridge: bridge)
        guard !remains.isNothing else { return false }
        try await backend.clear(remains, of: name, bridge: bridge, subnet: network.subnet)
        return true
    }

    /// Refuses a subnet of which this host has a part behind another interface: machines there would not be reached. libvirt
    /// itself only notices a part that is the whole.
    private func checkSubnet(of network: NetworkDescription, _ attempt: String) throws(ProviderError) {
        guard connection.isOfThisHost else { return }
        let subnet = network.subnet
        guard let part = HostRoute.obstacle(to: subnet, by: network.network.bridge) else { return }
        throw .invalidRequest(
            "\(attempt): this host has \(part.subnet) on '\(part.interface)' already, which is a part of \(subnet)",
            help: "give the network another 'subnet' in the Envfile")
    }

    /// Why a network can't be started. libvirt has one code for all of it, so this host is asked what is wrong.
    private func reason(for error: LibvirtError, _ network: NetworkDescription, _ attempt: String) -> ProviderError {
        guard connection.isOfThisHost, !error.isConnectionLost else { return error.providerError(attempt) }
        if ToolPath.find("dnsmasq") == nil {
            return .toolMissing("dnsmasq", help: "apt-get install dnsmasq-base, then restart libvirtd")
        }
        if ToolPath.find("iptables") == nil, ToolPath.find("nft") == nil {
            return .toolMissing("iptables", help: "apt-get install iptables, then restart libvirtd")
        }
        return error.providerError(attempt)
    }

    /// Gives back leases by which somebody else has an address of the network that is reserved: only a machine under another
    /// MAC than before.
    func releaseStrangers(in network: NetworkDescription, for demand: NetworkDemand) async throws(ProviderError) {
        guard connection.isOfThisHost else { return }
        let attempt = "reading the leases of the network '\(demand.network.name)'"
        let leases: [Lease]
        do throws(LibvirtError) {
            leases = try await connection.leases(network: demand.network.networkName)
        } catch {
            // a driver that only acts has no server
            guard error.isUnsupported else { throw error.providerError(attempt) }
            return
        }
        for lease in leases {
            guard lease.address == demand.interface.address, let mac = lease.mac, mac != demand.interface.mac else {
                continue
            }
            do throws(Errno) {
                try DHCPRelease.send(lease, mac: mac, to: network.subnet.gateway, on: demand.network.bridge)
            } catch {
                throw .failed(
                    "taking \(lease.address) back from \(mac) on '\(demand.network.bridge)': "
                        + error.description.lowercased())
            }
        }
    }
}

extension LibvirtConnection {
    /// Whether machines there can have networks: those of a user without privileges can't.
    nonisolated var hasNetworks: Bool { LibvirtRecord(uri: uri, pool: nil).scope == .system }

    /// Whether a daemon of this host answers, so that its bridges and processes can be looked at: its URI names no other host,
    /// and its driver does not merely act.
    nonisolated var isOfThisHost: Bool {
        guard uri.hasPrefix("qemu"), let start = uri.firstRange(of: "://") else { return false }
        return uri[start.upperBound...].hasPrefix("/")
    }
}
