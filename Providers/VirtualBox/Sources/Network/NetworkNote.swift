import DevenvHost
import DevenvModel

/// What is written down of a network of a project: who is on it, and by which card this host is. Written before what it speaks
/// of is done, so that whatever was made can be found again; adapters have no other mark than their names, which VirtualBox
/// gives out again.
struct NetworkNote: Hashable, Sendable, Codable {
    /// A host-only adapter.
    struct Adapter: Hashable, Sendable, Codable {
        /// What VirtualBox calls it: `vboxnet0`.
        let name: String
        /// Whether devenv made it, and so may remove it.
        let isOwn: Bool
        /// The boot of this host that it was made in.
        let boot: String
        /// The subnets that it may have been given an address in; the last is the one that it is to have.
        var subnets: [IPv4Subnet]

        /// Whether an adapter of this host is the one that was made: it has an address that we gave it, or none yet.
        func isMade(_ found: HostOnlyInterface) -> Bool {
            guard isOwn, found.name == name else { return false }
            return subnets.contains { $0.gateway == found.address } || !found.isUp && boot == HostBoot.id
        }
    }

    /// The adapter; nil for a network without one.
    var adapter: Adapter?
    /// The machines on it, by their ids.
    var members: [String: Member] = [:]

    /// As what a machine takes the network.
    struct Member: Hashable, Sendable, Codable {
        let kind: NetworkKind
        let subnet: IPv4Subnet
    }

    /// As what the machines take it that are to meet one on this subnet.
    func neighbors(of machine: MachineID, on subnet: IPv4Subnet) -> [MachineID: NetworkKind] {
        members.reduce(into: [:]) { found, member in
            guard member.key != machine.rawValue, member.value.subnet == subnet else { return }
            found[MachineID(unchecked: member.key)] = member.value.kind
        }
    }

    /// Whether a machine needs this host to be on it.
    var isHostOnly: Bool { members.values.contains { $0.kind == .hostOnly } }
}
