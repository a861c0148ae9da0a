import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage

extension ProjectNetworks {
    /// Takes a machine off its project's networks: a network that no other domain of the project is defined with goes, with
    /// whatever a crash has left of it; the others lose what was reserved for the machine. Nothing there is fine.
    package func release(_ machine: MachineIdentity) async throws(ProviderError) {
        guard connection.hasNetworks else { return }
        let lock = try await lock("destroying '\(machine.name)'")
        let attempt = "removing the networks of '\(machine.name)'"
        let suffix = "-\(machine.project)"
        let (networks, used) = try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            let networks = try await connection.networks().filter { $0.name.hasSuffix(suffix) }
            guard !networks.isEmpty else { return ([NetworkInfo](), Set<String>()) }
            return (networks, try await NetworkUsers.defined(by: machine.project, except: machine, connection))
        }
        for network in networks {
            guard let own = try await own(network.name, of: machine, attempt) else { continue }
            if used.contains(network.name) {
                try await drop(machine, from: network, own, attempt)
            } else {
                try await remove(network, own, attempt)
            }
        }
        try await clearBridges(of: machine.project, except: Set(networks.compactMap(\.bridge)))
        _ = consume lock
    }

    /// What a network that has a name like the project's is, with its definition; nil where the project's mark is not on it.
    private func own(_ name: String, of machine: MachineIdentity, _ attempt: String) async throws(ProviderError)
        -> (network: ProjectNetwork, xml: XMLElement)?
    {
        let xml = try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.networkXML(name, inactive: true)
        }
        guard let mark = DevenvMark.network(in: xml), mark.project == machine.project else { return nil }
        return (ProjectNetwork(mark.name, of: machine), xml)
    }

    /// Takes a machine's names and its reservation out of a network that others use. The active network keeps the
    /// reservation: nobody else wants it, and to change it takes libvirt half a second.
    private func drop(
        _ machine: MachineIdentity, from info: NetworkInfo, _ own: (network: ProjectNetwork, xml: XMLElement),
        _ attempt: String
    ) async throws(ProviderError) {
        guard let config = NetworkDescription(own.network, xml: own.xml) else { return }
        let wanted = config.without(machine.name)
        guard wanted != config else { return }
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.define(network: wanted.xml)
            guard info.isActive else { return }
            let live = NetworkDescription(own.network, xml: try await connection.networkXML(info.name))
            guard let live else { return }
            for change in live.changes(to: live.without(machine.name)) where change.section == .dnsHost {
                try await connection.update(
                    network: info.name, change.update, section: change.section, change.element, live: true,
                    config: false)
            }
        }
    }

    private func remove(
        _ info: NetworkInfo, _ own: (network: ProjectNetwork, xml: XMLElement), _ attempt: String
    ) async throws(ProviderError) {
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            if info.isActive { try await connection.destroy(network: info.name) }
        }
        FaultPoint.reach("libvirt.network.destroyed")
        if connection.isOfThisHost, let bridge = info.bridge {
            let remains = backend.remains(of: info.name, bridge: bridge)
            if !remains.isNothing {
                let subnet = NetworkDescription(own.network, xml: own.xml)?.subnet
                try await backend.clear(remains, of: info.name, bridge: bridge, subnet: subnet)
            }
        }
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.undefine(network: info.name)
        }
        if connection.isOfThisHost { NetworkBackend.forgetServer(of: info.name) }
        FaultPoint.reach("libvirt.network.undefined")
    }

    /// Takes away bridges of the project that no network of libvirt's has any more.
    private func clearBridges(of project: ProjectID, except known: Set<String>) async throws(ProviderError) {
        guard connection.isOfThisHost else { return }
        let prefix = ProjectNetwork.bridgePrefix(of: project)
        let links = try ProviderError.translate { () throws(HostError) in try HostFiles.list(NetworkBackend.links) }
        for bridge in links where bridge.hasPrefix(prefix) && !known.contains(bridge) {
            let remains = NetworkBackend.Remains(hasBridge: true, servers: [])
            try await backend.clear(remains, of: bridge, bridge: bridge, subnet: nil)
        }
    }
}
