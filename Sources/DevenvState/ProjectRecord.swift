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
    package let directory: String
    /// The subnets that no other project may take.
    package let subnets: [IPv4Subnet]

    /// Makes an entry.
    package init(id: ProjectID, name: ProjectName, directory: String, subnets: [IPv4Subnet]) {
        self.id = id
        self.name = name
        self.directory = directory
        self.subnets = subnets
    }
}
