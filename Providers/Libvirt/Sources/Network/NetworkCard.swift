import DevenvHost
import DevenvModel
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
    /// What is missing around the cards of a running machine, one text each: a network that was taken down behind its back,
    /// as a reboot of the host does, or a cable that hangs loose since. `networks` is what `LibvirtConnection.networks` says,
    /// asked once for all machines.
    package func drift(of machine: MachineIdentity, running domain: XMLElement, networks: [NetworkInfo]) -> [String] {
        NetworkCard.list(in: domain).compactMap { card in
            let name = Self.shortName(of: card.network, machine)
            guard let info = networks.first(where: { $0.name == card.network }), info.isActive else {
                return "the network '\(name)' is down"
            }
            guard connection.isOfThisHost, let bridge = info.bridge, !card.isPlugged(into: bridge) else { return nil }
            return "it is not connected to the network '\(name)'"
        }
    }

    /// Puts the cards of a running machine whose cables hang loose back on their networks, which are established.
    package func reconnect(_ domain: DomainID) async throws(ProviderError) {
        guard connection.isOfThisHost else { return }
        let (xml, networks) = try await ProviderError.translate("connecting networks") { () throws(LibvirtError) in
            (try await connection.domainXML(domain, inactive: false), try await connection.networks())
        }
        for card in NetworkCard.list(in: xml) {
            guard let bridge = networks.first(where: { $0.name == card.network && $0.isActive })?.bridge else {
                continue
            }
            guard !card.isPlugged(into: bridge) else { continue }
            // libvirt itself does not: to it an interface that is asked for as it was has not changed
            try await backend.plug(card.tap, into: bridge)
            FaultPoint.reach("libvirt.network.reconnected")
        }
    }

    /// What the Envfile calls a network.
    private static func shortName(of network: String, _ machine: MachineIdentity) -> String {
        let (prefix, suffix) = ("\(machine.projectName)-", "-\(machine.project)")
        guard network.hasPrefix(prefix), network.hasSuffix(suffix) else { return network }
        return String(network.dropFirst(prefix.count).dropLast(suffix.count))
    }
}
