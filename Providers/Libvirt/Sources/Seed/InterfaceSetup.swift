import DevenvModel
import DevenvPluginAPI

/// How the guest sets one of its interfaces up.
struct InterfaceSetup: Hashable, Sendable {
    /// Where an interface's address comes from, and what else.
    enum Method: Hashable, Sendable {
        /// The network's DHCP server, with the route to the outside and the name server.
        case dhcp
        /// The same without route and name server, which another interface has.
        case dhcpAddressOnly
        /// Written down.
        case fixed
    }

    /// The interface.
    let interface: NetworkInterface
    /// Where its address comes from.
    let method: Method

    /// The unit for systemd-networkd, nil where plain DHCP is enough.
    var networkdUnit: String? {
        let lines: [String]
        switch method {
        case .dhcp: return nil
        case .dhcpAddressOnly:
            lines = [
                "DHCP=ipv4", "", "[DHCPv4]", "ClientIdentifier=mac", "UseDNS=no", "UseGateway=no", "UseHostname=no",
            ]
        case .fixed: lines = ["Address=\(interface.address)/\(interface.subnet.prefixLength)", "IPv6AcceptRA=no"]
        }
        let head = ["[Match]", "MACAddress=\(interface.mac)", "", "[Link]", "RequiredForOnline=no", "", "[Network]"]
        return (head + lines).map { $0 + "\n" }.joined()
    }
}

extension Seed {
    /// The project's interfaces. The first that leads out brings the route and the name server; where none does, the first.
    var setups: [InterfaceSetup] {
        let interfaces = request.spec.interfaces
        guard scope == .system else { return interfaces.map { InterfaceSetup(interface: $0, method: .fixed) } }
        let main = interfaces.first { !$0.isInternal } ?? interfaces.first
        return interfaces.map { InterfaceSetup(interface: $0, method: $0 == main ? .dhcp : .dhcpAddressOnly) }
    }
}
