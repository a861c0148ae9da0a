import DevenvModel
import DevenvPluginAPI

extension NetworkDescription {
    /// The network that XML of libvirt describes; nil where it is none of the kind that devenv makes.
    package init?(_ network: ProjectNetwork, xml: XMLElement) {
        guard let ip = xml["ip"], let gateway = ip[attribute: "address"].flatMap(IPv4Address.init(_:)),
            let length = ip[attribute: "prefix"].flatMap(Int.init), (0...32).contains(length)
        else { return nil }
        self.init(
            network, subnet: IPv4Subnet(gateway, prefixLength: length), isInternal: xml["forward"] == nil,
            leases: (ip["dhcp"]?.children(named: "host") ?? []).compactMap(FixedLease.init(xml:)),
            names: (xml["dns"]?.children(named: "host") ?? []).compactMap(HostEntry.init(xml:)))
    }
}

extension FixedLease {
    fileprivate init?(xml: XMLElement) {
        guard let name = xml[attribute: "name"].flatMap(MachineName.init(rawValue:)),
            let mac = xml[attribute: "mac"].flatMap(MACAddress.init(_:)),
            let address = xml[attribute: "ip"].flatMap(IPv4Address.init(_:))
        else { return nil }
        self.init(name: name, mac: mac, address: address)
    }
}

extension HostEntry {
    fileprivate init?(xml: XMLElement) {
        guard let address = xml[attribute: "ip"].flatMap(IPv4Address.init(_:)) else { return nil }
        self.init(address: address, names: xml.children(named: "hostname").map(\.text))
    }
}
