/// A network of one name that several projects of this host are on, as one of them knows it.
package struct SharedNetwork: Hashable, Sendable, Codable {
    /// Its name, the same in all projects.
    package let name: NetworkName
    /// Its subnet, the same in all projects.
    package let subnet: IPv4Subnet
    /// Whether it leads to its machines and this host only, in all projects alike.
    package let isInternal: Bool
    /// The addresses of the project's own machines in it.
    package let addresses: [String: IPv4Address]

    /// Describes one project's part of a network.
    package init(name: NetworkName, subnet: IPv4Subnet, isInternal: Bool, addresses: [String: IPv4Address]) {
        self.name = name
        self.subnet = subnet
        self.isInternal = isInternal
        self.addresses = addresses
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
