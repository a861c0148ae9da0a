package import DevenvModel
package import DevenvPluginAPI

/// A network of a project as libvirt is told about it: a bridge with addresses, names and, unless it is internal, a way
/// out.
package struct NetworkDescription: Hashable, Sendable {
    /// Which network it is.
    package let network: ProjectNetwork
    /// Its addresses; the host takes the first.
    package let subnet: IPv4Subnet
    /// Whether it leads to its machines and this host only.
    package let isInternal: Bool
    /// Who gets which address. Nobody else gets any: an address of a range could be given to a stranger and then be
    /// another machine's.
    package var leases: [FixedLease]
    /// The names that its name server knows beside those of the leases.
    package var names: [HostEntry]

    /// Describes a network.
    package init(
        _ network: ProjectNetwork, subnet: IPv4Subnet, isInternal: Bool = false, leases: [FixedLease] = [],
        names: [HostEntry] = []
    ) {
        self.network = network
        self.subnet = subnet
        self.isInternal = isInternal
        self.leases = leases
        self.names = names
    }

    /// The `<network>` element.
    package var xml: XMLElement {
        // the spanning tree protocol holds every new port back for seconds, and no bridge here is part of a loop; a bridge
        // that is made again under running machines must be the neighbour that they know
        XMLElement(
            "network", ["xmlns:dnsmasq": "http://libvirt.org/schemas/network/dnsmasq/1.0"],
            [
                XMLElement("name", text: network.networkName),
                XMLElement("uuid", text: network.networkUUID),
                DevenvMark.network(network.name, of: network.project),
                isInternal ? nil : XMLElement("forward", ["mode": "nat"]),
                XMLElement("bridge", ["name": network.bridge, "stp": "off", "delay": "0"]),
                XMLElement("mac", ["address": MACAddress(for: subnet.gateway).description]),
                XMLElement("domain", ["name": network.domain, "localOnly": "yes"]),
                // a name without a dot is a machine's or nobody's
                XMLElement("dns", ["forwardPlainNames": "no"], names.map(\.dnsElement)),
                addresses,
                XMLElement("dnsmasq:options", [:], options),
            ])
    }

    private var addresses: XMLElement {
        XMLElement(
            "ip", ["address": "\(subnet.gateway)", "prefix": "\(subnet.prefixLength)"],
            leases.isEmpty ? [] : [XMLElement("dhcp", [:], leases.map(\.xml))])
    }

    /// `no-ping`: dnsmasq would wait three seconds for somebody else at an address that is free by construction.
    /// `no-resolv`: names beyond an internal network are refused at once rather than asked for outside.
    private var options: [XMLElement] {
        (["no-ping"] + (isInternal ? ["no-resolv"] : [])).map { XMLElement("dnsmasq:option", ["value": $0]) }
    }
}

/// The address that a network's DHCP server gives to one machine.
package struct FixedLease: Hashable, Sendable {
    /// The machine's name, a single label.
    package let name: MachineName
    /// Its MAC on this network.
    package let mac: MACAddress
    /// Its address.
    package let address: IPv4Address

    /// Makes a lease.
    package init(name: MachineName, mac: MACAddress, address: IPv4Address) {
        self.name = name
        self.mac = mac
        self.address = address
    }

    /// The `<host>` element of `<dhcp>`, also for updates of a network. It never expires: a machine that was saved for a
    /// month still has it.
    package var xml: XMLElement {
        XMLElement(
            "host", ["mac": mac.description, "name": name.rawValue, "ip": address.description],
            [XMLElement("lease", ["expiry": "0"])])
    }
}

extension HostEntry {
    /// The `<host>` element of `<dns>`, also for updates of a network.
    package var dnsElement: XMLElement {
        XMLElement("host", ["ip": address.description], names.map { XMLElement("hostname", text: $0) })
    }
}
