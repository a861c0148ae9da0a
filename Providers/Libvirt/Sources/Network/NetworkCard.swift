import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// A running machine's card on one of its project's networks, as libvirt has plugged it in.
package struct NetworkCard: Hashable, Sendable {
    /// libvirt's name of the network.
    package let network: String
    /// The host's end of its cable.
    package let tap: String

    /// The cards in a running domain's XML.
    package static func list(in domain: XMLElement) -> [NetworkCard] {
        (domain["devices"]?.children(named: "interface") ?? []).compactMap { card in
            guard let network = card["source"]?[attribute: "network"], let tap = card["target"]?[attribute: "dev"]
            else {
                return nil
            }
            return NetworkCard(network: network, tap: tap)
        }
    }

    /// Whether its cable is plugged into the bridge.
    func isPlugged(into bridge: String) -> Bool {
        HostFiles.exists(NetworkBackend.links.appending(bridge).appending("brif").appending(tap))
    }
}

extension ProjectNetworks {
    /// The running machines with cables that hang loose, as after a network was taken down and up behind their backs, and one
    /// text for each of these. libvirt itself notices nothing.
    ///
    /// Only where a network has fewer cables than machines that run on it is each machine looked at: nearly never.
    package func looseCables(
        of machines: [MachineID: (domain: DomainID, networks: [String])], among networks: [NetworkInfo]
    ) async throws(ProviderError) -> [MachineID: [String]] {
        guard connection.isOfThisHost else { return [:] }
        let bridges = Dictionary(
            networks.filter(\.isActive).map { ($0.name, $0.bridge ?? "") }, uniquingKeysWith: { first, _ in first })
        let doubtful = Set(
            bridges.filter { name, bridge in
                Self.cables(on: bridge) < machines.values.count { $0.networks.contains(name) }
            }.keys)
        var texts: [MachineID: [String]] = [:]
        for (machine, place) in machines where !doubtful.isDisjoint(with: place.networks) {
            let cards = try await cards(of: place.domain)
            let loose = cards.filter { card in bridges[card.network].map { !card.isPlugged(into: $0) } ?? false }
            texts[machine] = loose.map { "it is not connected to its network '\($0.network)'" }
        }
        return texts
    }

    /// Puts the cables of a running machine that hang loose back on their networks, which are active.
    package func reconnect(_ domain: DomainID) async throws(ProviderError) {
        guard connection.isOfThisHost, connection.hasNetworks else { return }
        let cards = try await cards(of: domain)
        guard !cards.isEmpty else { return }
        let networks = try await ProviderError.libvirt("connecting networks") { () async throws(LibvirtError) in
            try await connection.networks()
        }
        for card in cards {
            guard let bridge = networks.first(where: { $0.name == card.network && $0.isActive })?.bridge else {
                continue
            }
            guard !card.isPlugged(into: bridge) else { continue }
            // libvirt itself does not: to it an interface that is asked for as it was has not changed
            try await backend.plug(card.tap, into: bridge)
            FaultPoint.reach("libvirt.network.reconnected")
        }
    }

    private func cards(of domain: DomainID) async throws(ProviderError) -> [NetworkCard] {
        try await ProviderError.libvirt("looking at network cards") { () async throws(LibvirtError) in
            NetworkCard.list(in: try await connection.domainXML(domain, inactive: false))
        }
    }

    private static func cables(on bridge: String) -> Int {
        // a bridge that is not there, or not yet, has none
        (try? HostFiles.list(NetworkBackend.links.appending(bridge).appending("brif")))?.count ?? 0
    }

    /// What the Envfile calls a network.
    static func shortName(of network: String, _ machine: MachineIdentity) -> NetworkName {
        let (prefix, suffix) = ("\(machine.projectName)-", "-\(machine.project)")
        guard network.hasPrefix(prefix), network.hasSuffix(suffix) else { return NetworkName(unchecked: network) }
        return NetworkName(unchecked: String(network.dropFirst(prefix.count).dropLast(suffix.count)))
    }
}
