import DevenvDiagnostics
import DevenvModel

/// Gives out the addresses of one network.
struct AddressPool {
    private let network: NetworkName
    private let subnet: IPv4Subnet
    /// Whether nobody asked for this subnet: a fixed address then lies in it only by chance.
    private let isChosen: Bool
    /// What each machine of the network has on record.
    private let recorded: [String: IPv4Address]
    /// Addresses on record for machines that the Envfile no longer has: they may still exist until they are destroyed.
    private var leftOver: Set<UInt32>
    private var taken: [UInt32: Located<MachineName>] = [:]
    /// Addresses of other projects' machines, and who has each.
    private let foreign: [UInt32: String]
    private var cursor: UInt32

    init(
        _ network: NetworkName, _ subnet: IPv4Subnet, isChosen: Bool, members: [AddressAssigner.Member],
        recorded: [String: IPv4Address], foreign: [ForeignNetwork] = []
    ) {
        self.network = network
        self.isChosen = isChosen
        self.subnet = subnet
        self.recorded = recorded
        self.foreign = foreign.reduce(into: [:]) { taken, part in
            for (machine, address) in part.network.addresses { taken[address.value] = "\(part.project)/\(machine)" }
        }
        let present = Set(members.map(\.name.rawValue))
        leftOver = Set(recorded.filter { !present.contains($0.key) }.map(\.value.value))
        cursor = subnet.machineAddresses?.lowerBound ?? 0
    }

    /// The address of each member; nil, with a report, where it can't have the one that it asks for or none is left.
    mutating func addresses(
        of members: [AddressAssigner.Member], _ problems: inout Problems
    ) -> [IPv4Address?] {
        var result: [IPv4Address?] = members.map { fixed($0, &problems) }
        for (place, member) in members.enumerated() where member.written.address == nil {
            result[place] = kept(member)
        }
        for (place, member) in members.enumerated() where member.written.address == nil && result[place] == nil {
            result[place] = free(member)
            if result[place] == nil { reportFull(members.count, member, &problems) }
        }
        checkMACs(members, result, &problems)
        return result
    }

    private mutating func fixed(_ member: AddressAssigner.Member, _ problems: inout Problems) -> IPv4Address? {
        guard let address = member.written.address else { return nil }
        guard isUsable(address.value) else {
            report(unusable: address, &problems)
            return nil
        }
        if let first = taken[address.value.value] {
            let note = Diagnostic.Note("'\(first.value)' has it here", at: first.location)
            problems.error(
                "'\(first.value)' and '\(member.name)' have the same address \(address.value) in the network '\(network)'",
                at: address.location,
                help: address.location == first.location
                    ? "leave 'ip' out, or give each machine its own with ${machine.index}" : nil, notes: [note])
            return nil
        }
        if let owner = foreign[address.value.value] {
            problems.error(
                "'\(owner)' has the address \(address.value) in the shared network '\(network)'", at: address.location,
                help: "take another, or leave 'ip' out")
            return nil
        }
        taken[address.value.value] = Located(member.name, at: address.location)
        return address.value
    }

    private mutating func kept(_ member: AddressAssigner.Member) -> IPv4Address? {
        guard let address = recorded[member.name.rawValue], isUsable(address), taken[address.value] == nil,
            foreign[address.value] == nil
        else {
            return nil
        }
        taken[address.value] = Located(member.name)
        return address
    }

    /// The first free address; those of machines that are gone come last.
    private mutating func free(_ member: AddressAssigner.Member) -> IPv4Address? {
        guard let range = subnet.machineAddresses else { return nil }
        while cursor <= range.upperBound, isTaken(cursor) { cursor += 1 }
        if cursor > range.upperBound, !leftOver.isEmpty {
            leftOver = []
            cursor = range.lowerBound
            return free(member)
        }
        guard cursor <= range.upperBound else { return nil }
        taken[cursor] = Located(member.name)
        return IPv4Address(value: cursor)
    }

    private func isTaken(_ address: UInt32) -> Bool {
        taken[address] != nil || foreign[address] != nil || leftOver.contains(address)
    }

    private func isUsable(_ address: IPv4Address) -> Bool {
        subnet.machineAddresses?.contains(address.value) ?? false
    }

    private func report(unusable address: Located<IPv4Address>, _ problems: inout Problems) {
        let (value, place) = (address.value, address.location)
        guard subnet.contains(value) else {
            return problems.error(
                "the address \(value) is outside the network '\(network)', which is \(subnet)", at: place,
                help: isChosen ? "give the network a 'subnet' that the address lies in" : nil)
        }
        let owner = value == subnet.gateway ? "the host's own address" : "no address for a machine"
        problems.error("\(value) is \(owner) in the network '\(network)'", at: place)
    }

    private func reportFull(_ count: Int, _ member: AddressAssigner.Member, _ problems: inout Problems) {
        let room = SubnetChooser.room(subnet.prefixLength)
        let others = foreign.isEmpty ? "" : ", beside \(foreign.count) of other projects"
        problems.error(
            "the network '\(network)' (\(subnet)) has addresses for \(room) machines, but \(count) are on it\(others)",
            at: member.written.network.location, help: "give it a larger 'subnet'")
    }

    /// Reports a MAC that two machines have; one that is written may also be what another's address gives it.
    private func checkMACs(
        _ members: [AddressAssigner.Member], _ addresses: [IPv4Address?], _ problems: inout Problems
    ) {
        var owners: [MACAddress: AddressAssigner.Member] = [:]
        for (member, address) in zip(members, addresses) {
            guard let mac = member.written.mac ?? address.map(MACAddress.init(for:)) else { continue }
            if let first = owners.updateValue(member, forKey: mac) {
                let bearer = member.written.mac == nil ? first : member
                problems.error(
                    "'\(first.name)' and '\(member.name)' have the same MAC \(mac) in the network '\(network)'",
                    at: bearer.written.network.location)
            }
        }
    }
}
