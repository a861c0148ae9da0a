package import DevenvModel

/// What is kept of a project beside its Envfile, in `.devenv/project.json`.
package struct ProjectRecord: Hashable, Sendable, Codable {
    /// Its id, made once.
    package let id: ProjectID
    /// Its name when something was made last.
    package var name: ProjectName
    /// The subnets of its networks.
    package var subnets: [String: IPv4Subnet]
    /// The addresses of its machines: machine, then network.
    package var addresses: [String: [String: IPv4Address]]

    /// Makes a record.
    package init(
        id: ProjectID, name: ProjectName, subnets: [String: IPv4Subnet], addresses: [String: [String: IPv4Address]]
    ) {
        self.id = id
        self.name = name
        self.subnets = subnets
        self.addresses = addresses
    }
}

/// A project that has machines, as the host-wide index knows it (`projects/ID.json`).
package struct KnownProject: Hashable, Sendable, Codable {
    /// Its id.
    package let id: ProjectID
    /// Its name.
    package let name: ProjectName
    /// The directory of its Envfile.
    package var directory: String
    /// The subnets that no other project may take.
    package let subnets: [IPv4Subnet]
    /// The ports of this host that lead into its machines.
    package var ports: [ReservedPort]
    /// What it has of networks that it shares with others; their subnets are among `subnets`, too.
    package let shared: [SharedNetwork]

    /// Makes an entry.
    package init(
        id: ProjectID, name: ProjectName, directory: String, subnets: [IPv4Subnet], ports: [ReservedPort] = [],
        shared: [SharedNetwork] = []
    ) {
        self.id = id
        self.name = name
        self.directory = directory
        self.subnets = subnets
        self.ports = ports
        self.shared = shared
    }

    /// Reads an entry; one of an earlier version has no ports and no shared networks.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(ProjectID.self, forKey: .id)
        name = try container.decode(ProjectName.self, forKey: .name)
        directory = try container.decode(String.self, forKey: .directory)
        subnets = try container.decode([IPv4Subnet].self, forKey: .subnets)
        ports = try container.decodeIfPresent([ReservedPort].self, forKey: .ports) ?? []
        shared = try container.decodeIfPresent([SharedNetwork].self, forKey: .shared) ?? []
    }
}

/// A port of this host that a machine was given.
package struct ReservedPort: Hashable, Sendable, Codable {
    /// The machine.
    package let machine: MachineName
    /// The address that the port is on; 0.0.0.0 for every one of the host.
    package let address: IPv4Address
    /// The port.
    package let port: UInt16
    /// The protocol.
    package let transport: PortForward.Transport
    /// Whether the machine was started with it and not stopped since, as far as devenv did it.
    package var isRunning: Bool

    /// Describes a port.
    package init(machine: MachineName, forward: PortForward, isRunning: Bool) {
        self.machine = machine
        address = forward.address
        port = forward.host
        transport = forward.transport
        self.isRunning = isRunning
    }

    /// Whether a forward and this port can't be had at once.
    package func collides(with forward: PortForward) -> Bool {
        port == forward.host && blocks(forward)
    }

    /// Whether the port is none that the forward may have.
    package func blocks(_ forward: PortForward) -> Bool {
        transport == forward.transport
            && (address == forward.address || address.value == 0 || forward.address.value == 0)
    }
}
