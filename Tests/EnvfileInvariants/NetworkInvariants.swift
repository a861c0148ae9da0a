import DevenvDiagnostics
import DevenvModel

/// What must hold of the networks of a project and of its machines' places on them.
enum NetworkInvariants {
    static func violations(of graph: MachineGraph) -> [String] {
        subnetViolations(of: graph) + graph.machines.flatMap { violations(of: $0) } + shared(in: graph)
    }

    private static func subnetViolations(of graph: MachineGraph) -> [String] {
        let subnets = graph.envfile.networks.compactMap { $0.subnet?.value }
            .sorted { $0.address < $1.address }
        return zip(subnets, subnets.dropFirst()).filter { $0.overlaps($1) }.map { "\($0) and \($1) overlap" }
    }

    private static func violations(of machine: MachineSpec) -> [String] {
        var found = machine.interfaces.filter { $0.subnet.machineAddresses?.contains($0.address.value) != true }
            .map { "\(machine.name.value) has \($0.address) in \($0.subnet)" }
        found += machine.interfaces.filter { !isMAC($0.mac.description) }.map { "\($0.mac) is no MAC" }
        let isComplete =
            machine.interfaces.map(\.network) == machine.attachments.map(\.network.value)
            && Set(machine.interfaces.map(\.network)).count == machine.interfaces.count
        return found + (isComplete ? [] : ["\(machine.name.value) is not on the networks that it names"])
    }

    /// Within a network, nobody has the address or the MAC of another.
    private static func shared(in graph: MachineGraph) -> [String] {
        let places = graph.machines.flatMap(\.interfaces)
        let addresses = Set(places.map { "\($0.network) \($0.address)" })
        let cards = Set(places.map { "\($0.network) \($0.mac)" })
        return (addresses.count < places.count ? ["two machines have one address"] : [])
            + (cards.count < places.count ? ["two machines have one MAC"] : [])
    }

    private static func isMAC(_ text: String) -> Bool {
        let pairs = text.split(separator: ":", omittingEmptySubsequences: false)
        return pairs.count == 6 && pairs.allSatisfy { $0.utf8.count == 2 && $0.allSatisfy(\.isHexDigit) }
    }
}
