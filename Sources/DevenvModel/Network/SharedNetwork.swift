/// A network of one name that several projects of this host are on, as one of them knows it.
package struct SharedNetwork: Hashable, Sendable, Codable {
    /// Its name, the same in all projects.
    package let name: NetworkName
    /// Its subnet, the same in all projects.
    package let subnet: IPv4Subnet
    /// What else must be the same in all projects.
    package let kind: SharedKind
    /// The addresses of the project's own machines in it.
    package let addresses: [String: IPv4Address]

    /// Describes one project's part of a network.
    package init(name: NetworkName, subnet: IPv4Subnet, kind: SharedKind, addresses: [String: IPv4Address]) {
        self.name = name
        self.subnet = subnet
        self.kind = kind
        self.addresses = addresses
    }
}

/// What of a shared network is the same in all projects, beside its subnet.
package struct SharedKind: Hashable, Sendable, Codable {
    /// Whether it leads to its machines and this host only.
    package let isInternal: Bool
    /// Its IPv6 subnet; nil where it has none.
    package let subnet6: IPv6Subnet?

    /// Joins them.
    package init(isInternal: Bool, subnet6: IPv6Subnet?) {
        self.isInternal = isInternal
        self.subnet6 = subnet6
    }
}

/// What another project has of a shared network.
package struct ForeignNetwork: Hashable, Sendable {
    /// The other project.
    package let project: ProjectName
    /// Its part.
    package let network: SharedNetwork

    /// Joins them.
    package init(project: ProjectName, network: SharedNetwork) {
        self.project = project
        self.network = network
    }
}
