/// The subnets and addresses that a project has been given, so that they stay the same from one command to the next.
package struct AddressBook: Sendable, Equatable, Codable {
    /// The subnet of each network.
    package var subnets: [String: IPv4Subnet]
    /// The address of each machine in each network: machine, then network.
    package var addresses: [String: [String: IPv4Address]]
    /// Subnets of other projects and of the host's own routes, which no new network may overlap. Not part of what is kept.
    package var reserved: [IPv4Subnet]
    /// What other projects have of shared networks. Not part of what is kept here.
    package var foreign: [ForeignNetwork]
    /// The project's own networks that are shared, without subnets. Not part of what is kept here.
    package var shared: [NetworkName: SharedKind] = [:]

    private enum CodingKeys: String, CodingKey {
        case subnets, addresses
    }

    /// Makes a book.
    package init(
        subnets: [String: IPv4Subnet] = [:], addresses: [String: [String: IPv4Address]] = [:],
        reserved: [IPv4Subnet] = [], foreign: [ForeignNetwork] = []
    ) {
        self.subnets = subnets
        self.addresses = addresses
        self.reserved = reserved
        self.foreign = foreign
    }

    /// The project's own part of the networks that it shares, by name; those that it has no subnet in are left out.
    package var sharedNetworks: [SharedNetwork] {
        shared.sorted { $0.key < $1.key }.compactMap { name, kind in
            subnets[name.rawValue].map { subnet in
                SharedNetwork(
                    name: name, subnet: subnet, kind: kind,
                    addresses: addresses.compactMapValues { $0[name.rawValue] })
            }
        }
    }

    /// Reads what is kept.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        subnets = try container.decode([String: IPv4Subnet].self, forKey: .subnets)
        addresses = try container.decode([String: [String: IPv4Address]].self, forKey: .addresses)
        reserved = []
        foreign = []
    }
}
