import DevenvCrypto
package import DevenvModel
package import DevenvPluginAPI

/// Which network of which project, and what its objects are called.
package struct ProjectNetwork: Hashable, Sendable {
    /// The project.
    package let project: ProjectID
    /// The project's name, for people.
    package let projectName: ProjectName
    /// The network's name in the project.
    package let name: NetworkName

    /// Names a network.
    package init(project: ProjectID, projectName: ProjectName, name: NetworkName) {
        self.project = project
        self.projectName = projectName
        self.name = name
    }

    /// Names a network of a machine.
    package init(_ name: NetworkName, of machine: MachineIdentity) {
        self.init(project: machine.project, projectName: machine.projectName, name: name)
    }

    /// The name of libvirt's network: `shop-backend-1f2e3d4c5b6a7988`.
    package var networkName: String { "\(projectName)-\(name)-\(project)" }

    /// The UUID of libvirt's network, without hyphens: always the same, so that the network can be defined anew.
    package var networkUUID: String { project.rawValue + digest.prefix(16) }

    /// The bridge's name, as long as the kernel takes one: 15 characters (IFNAMSIZ, netdevice(7)).
    package var bridge: String { Self.bridgePrefix(of: project) + digest.prefix(5) }

    /// What the names of all bridges of a project begin with, so that one which was left behind is found by the project's id
    /// alone.
    static func bridgePrefix(of project: ProjectID) -> String { "lv" + project.short }

    /// The domain of the machines' names: `shop.test`; nobody registers names under `test` (RFC 6761, section 6.2).
    package var domain: String { "\(projectName).test" }

    /// Where its frames go between machines of a user without privileges: in the scope that stays on a site (RFC 2365,
    /// section 6.1), and devenv binds it to loopback.
    package var multicast: MulticastGroup {
        let bits = UInt32(digest.prefix(8), radix: 16) ?? 0
        return MulticastGroup(
            address: IPv4Address(value: 0xEFFF_0000 | bits >> 16), port: UInt16(0x8000 | (bits & 0x3FFF)))
    }

    private var digest: String { SHA256.hexadecimal(of: Array("\(project) \(name)".utf8)) }
}

/// An IPv4 multicast group and a UDP port: a wire between unprivileged machines.
package struct MulticastGroup: Hashable, Sendable {
    /// The group.
    package let address: IPv4Address
    /// The port.
    package let port: UInt16

    /// Makes a group.
    package init(address: IPv4Address, port: UInt16) {
        self.address = address
        self.port = port
    }
}
