package import DevenvDiagnostics

/// A network that the Envfile declares, or the standard one.
package struct NetworkSpec: Sendable {
    /// Its name.
    package let name: NetworkName
    /// Its subnet, nil where one is to be chosen.
    package let subnet: Located<IPv4Subnet>?
    /// Whether its machines reach each other and this host only, nothing beyond.
    package let isInternal: Bool
    /// Whether it is the same network in all projects of this host that say so of one of this name.
    package let isShared: Bool
    /// Its IPv6 subnet, nil where it has none.
    package let subnet6: Located<IPv6Choice>?

    /// Makes a network.
    package init(
        name: NetworkName, subnet: Located<IPv4Subnet>? = nil, isInternal: Bool = false, isShared: Bool = false,
        subnet6: Located<IPv6Choice>? = nil
    ) {
        self.name = name
        self.subnet = subnet
        self.isInternal = isInternal
        self.isShared = isShared
        self.subnet6 = subnet6
    }
}

/// A machine's place on a network as written: address and MAC only where they were asked for.
package struct NetworkAttachment: Sendable {
    /// The network.
    package let network: Located<NetworkName>
    /// The address that was asked for.
    package let address: Located<IPv4Address>?
    /// The MAC that was asked for.
    package let mac: MACAddress?

    /// Makes an attachment.
    package init(network: Located<NetworkName>, address: Located<IPv4Address>? = nil, mac: MACAddress? = nil) {
        self.network = network
        self.address = address
        self.mac = mac
    }
}

/// A machine's network interface with everything decided: what a provider builds.
package struct NetworkInterface: Hashable, Sendable, Codable {
    /// The network.
    package let network: NetworkName
    /// The network's subnet.
    package let subnet: IPv4Subnet
    /// The machine's address in it.
    package let address: IPv4Address
    /// The machine's MAC.
    package let mac: MACAddress
    /// Whether the network leads to its machines and this host only.
    package let isInternal: Bool
    /// The network's IPv6 subnet, nil where it has none.
    package let subnet6: IPv6Subnet?
    /// Nil for false: earlier versions wrote no such key.
    private let shared: Bool?

    /// Whether machines of other projects are on the network, too.
    package var isShared: Bool { shared ?? false }

    /// The machine's IPv6 address, nil where the network has none.
    package var address6: IPv6Address? { subnet6?.address(for: address) }

    /// Makes an interface.
    package init(
        network: NetworkName, subnet: IPv4Subnet, address: IPv4Address, mac: MACAddress, isInternal: Bool = false,
        isShared: Bool = false, subnet6: IPv6Subnet? = nil
    ) {
        self.network = network
        self.subnet = subnet
        self.address = address
        self.mac = mac
        self.isInternal = isInternal
        self.subnet6 = subnet6
        shared = isShared ? true : nil
    }
}
