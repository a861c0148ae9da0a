import DevenvModel

/// How a network of the project is built.
enum NetworkKind: String, Sendable, Codable {
    /// This host is on it, by a network card of VirtualBox's.
    case hostOnly = "host_only"
    /// Its machines are among themselves.
    case `internal`
}

/// How a machine's networks are to be built.
enum NetworkWish: String, CaseIterable, Sendable {
    /// With this host on them where VirtualBox's policy allows it.
    case auto
    case hostOnly = "host_only"
    case `internal`

    /// What a network becomes. `present`: what it is to other machines that are on it already.
    func kind(of subnet: IPv4Subnet, policy: NetworkPolicy, present: NetworkKind?) -> NetworkKind {
        switch self {
        case .hostOnly: .hostOnly
        case .internal: .internal
        case .auto: policy.allows(subnet) ? present ?? .hostOnly : .internal
        }
    }
}
