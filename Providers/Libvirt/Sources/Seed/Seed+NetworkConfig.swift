import DevenvModel
import DevenvPluginAPI

extension Seed {
    /// cloud-init's `network-config`, version 2: the interfaces in the order of the domain's network cards. Those on bridges
    /// of the host are left to the guest.
    var networkConfig: String {
        var interfaces = setups.map { ($0.interface.mac, $0.cloudEntries) }
        if scope == .session {
            let user = DomainDescription.mac("user", of: request.identity)
            interfaces.insert((user, InterfaceSetup.plainDHCP), at: 0)
        }
        let entries = interfaces.enumerated().map { index, interface in
            // the name too: not every distribution's network can be told a MAC alone
            let head: JSONText = .map(["macaddress": .text(interface.0.description)])
            let names = [
                JSONText.Entry(key: "match", value: head),
                JSONText.Entry(key: "set-name", value: .text("eth\(index)")),
            ]
            return JSONText.Entry(key: "eth\(index)", value: .map(names + interface.1))
        }
        return JSONText.map(["version": .number(2), "ethernets": .map(entries)]).document
    }
}

extension InterfaceSetup {
    fileprivate static let plainDHCP = [JSONText.Entry(key: "dhcp4", value: .flag(true))]
    /// The start does not wait for it.
    private static let optional = JSONText.Entry(key: "optional", value: .flag(true))

    fileprivate var cloudEntries: [JSONText.Entry] {
        switch method {
        case .dhcp: return Self.plainDHCP
        case .dhcpAddressOnly:
            let overrides = JSONText.map(["use-routes": .flag(false), "use-dns": .flag(false)])
            return Self.plainDHCP + [JSONText.Entry(key: "dhcp4-overrides", value: overrides), Self.optional]
        case .fixed:
            let address = "\(interface.address)/\(interface.subnet.prefixLength)"
            return [JSONText.Entry(key: "addresses", value: .texts([address])), Self.optional]
        }
    }
}
