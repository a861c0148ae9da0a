import DevenvDiagnostics
import DevenvModel

/// Gives every network a subnet and every machine an address in it: what is written wins, then what is recorded, then the
/// first that is free.
struct AddressAssigner {
    /// A machine and the networks that it is on, the standard one included where it names none.
    struct Machine {
        let name: Located<MachineName>
        let attachments: [NetworkAttachment]
    }

    /// One machine's place on one network.
    struct Member {
        let machine: Int
        let attachment: Int
        let name: MachineName
        let written: NetworkAttachment
    }

    /// What is recorded, completed by `assign`.
    private(set) var book: AddressBook
    private let declared: [NetworkName: Located<NetworkSpec>]
    private let order: [NetworkName]
    private let seed: String

    init(_ declared: [Located<NetworkSpec>], book: AddressBook, seed: String) {
        self.book = book
        self.seed = seed
        self.declared = Dictionary(declared.map { ($0.value.name, $0) }) { first, _ in first }
        let names = declared.map(\.value.name)
        order = self.declared[.standard] == nil ? names + [.standard] : names
    }

    /// The networks with their subnets, the standard one included where a machine is on it.
    var networks: [NetworkSpec] {
        order.compactMap { name in
            if let spec = declared[name]?.value, spec.subnet != nil { return spec }
            if let subnet = chosen[name] {
                return NetworkSpec(
                    name: name, subnet: Located(subnet), isInternal: isInternal(name), isShared: isShared(name),
                    subnet6: declared[name]?.value.subnet6)
            }
            return declared[name]?.value
        }
    }

    private var chosen: [NetworkName: IPv4Subnet] = [:]

    /// The interfaces of each machine, in the order of its attachments.
    mutating func assign(_ machines: [Machine], _ problems: inout Problems) -> [[NetworkInterface]] {
        checkOverlaps(&problems)
        let members = members(of: machines, &problems)
        chooseSubnets(members, &problems)
        checkOverlaps6(&problems)
        var slots: [[(place: Int, interface: NetworkInterface)]] = Array(repeating: [], count: machines.count)
        let recorded = recordedByNetwork
        for name in order {
            guard let subnet = chosen[name], let members = members[name] else { continue }
            var pool = AddressPool(
                name, subnet, isChosen: declared[name]?.value.subnet == nil, members: members,
                recorded: recorded[name.rawValue] ?? [:], foreign: foreign(name))
            for (member, address) in zip(members, pool.addresses(of: members, &problems)) {
                guard let address else { continue }
                let mac = member.written.mac ?? MACAddress(for: address)
                let interface = NetworkInterface(
                    network: name, subnet: subnet, address: address, mac: mac, isInternal: isInternal(name),
                    isShared: isShared(name), subnet6: subnet6(name))
                slots[member.machine].append((member.attachment, interface))
                book.addresses[member.name.rawValue, default: [:]][name.rawValue] = address
            }
        }
        for name in order where isShared(name) && chosen[name] != nil {
            book.shared[name] = SharedKind(isInternal: isInternal(name), subnet6: subnet6(name))
        }
        return slots.map { $0.sorted { $0.place < $1.place }.map(\.interface) }
    }

    private func isInternal(_ name: NetworkName) -> Bool { declared[name]?.value.isInternal ?? false }
    private func isShared(_ name: NetworkName) -> Bool { declared[name]?.value.isShared ?? false }

    private func subnet6(_ name: NetworkName) -> IPv6Subnet? {
        guard let subnet = chosen[name] else { return nil }
        return declared[name]?.value.subnet6?.value.subnet(besides: subnet)
    }

    /// What other projects have of a network that is shared.
    private func foreign(_ name: NetworkName) -> [ForeignNetwork] {
        isShared(name) ? book.foreign.filter { $0.network.name == name } : []
    }

    /// The subnet that other projects have agreed on; what differs from theirs is reported.
    private func agreed(_ name: NetworkName, _ problems: inout Problems) -> IPv4Subnet? {
        guard let first = foreign(name).first, let spec = declared[name] else { return nil }
        let network = first.network
        if let subnet = spec.value.subnet, subnet.value != network.subnet {
            problems.error(
                "the shared network '\(name)' is \(network.subnet) in the project '\(first.project)'",
                at: subnet.location, help: "leave 'subnet' out, or give the network another name")
        }
        if spec.value.isInternal != network.kind.isInternal {
            problems.error(
                "the shared network '\(name)' is \(network.kind.isInternal ? "" : "not ")internal in the project "
                    + "'\(first.project)'", at: spec.location, help: "say the same of it here, or give it another name")
        }
        let own = spec.value.subnet6?.value.subnet(besides: network.subnet)
        if own != network.kind.subnet6 {
            let theirs = network.kind.subnet6.map { "the IPv6 subnet \($0)" } ?? "no IPv6 subnet"
            problems.error(
                "the shared network '\(name)' has \(theirs) in the project '\(first.project)'",
                at: spec.value.subnet6?.location ?? spec.location,
                help: "say the same of it here, or give it another name")
        }
        return network.subnet
    }

    /// What the book has, by network and then by machine.
    private var recordedByNetwork: [String: [String: IPv4Address]] {
        book.addresses.reduce(into: [:]) { result, entry in
            for (network, address) in entry.value { result[network, default: [:]][entry.key] = address }
        }
    }

    private func members(of machines: [Machine], _ problems: inout Problems) -> [NetworkName: [Member]] {
        var result: [NetworkName: [Member]] = [:]
        for (machine, entry) in machines.enumerated() {
            var seen: Set<NetworkName> = []
            for (place, attachment) in entry.attachments.enumerated() {
                let network = attachment.network
                guard declared[network.value] != nil || network.value == .standard else {
                    problems.unknown(
                        "there is no network '\(network.value)'", word: network.value.rawValue,
                        among: order.map(\.rawValue), set: "networks", at: network.location,
                        otherwise: "declare it under 'networks'")
                    continue
                }
                guard seen.insert(network.value).inserted else {
                    problems.error("the machine is on the network '\(network.value)' already", at: network.location)
                    continue
                }
                let member = Member(
                    machine: machine, attachment: place, name: entry.name.value, written: attachment)
                result[network.value, default: []].append(member)
            }
        }
        return result
    }

    /// Reports declared subnets that share addresses; sorted, so that only neighbours need to be compared.
    private func checkOverlaps(_ problems: inout Problems) {
        let subnets = order.compactMap { name in declared[name]?.value.subnet.map { (name: name, subnet: $0) } }
            .sorted { ($0.subnet.value.address, $0.name) < ($1.subnet.value.address, $1.name) }
        for (first, second) in zip(subnets, subnets.dropFirst())
        where first.subnet.value.overlaps(second.subnet.value) {
            let note = Diagnostic.Note("'\(first.name)' has \(first.subnet.value)", at: first.subnet.location)
            problems.error(
                "the networks '\(first.name)' and '\(second.name)' overlap", at: second.subnet.location, notes: [note])
        }
    }

    /// Reports IPv6 subnets that two networks have.
    private func checkOverlaps6(_ problems: inout Problems) {
        var owners: [IPv6Subnet: NetworkName] = [:]
        for name in order {
            guard let subnet = subnet6(name), let first = owners.updateValue(name, forKey: subnet) else { continue }
            problems.error(
                "the networks '\(first)' and '\(name)' have the same IPv6 subnet \(subnet)",
                at: declared[name]?.value.subnet6?.location,
                notes: [Diagnostic.Note("'\(first)' has it here", at: declared[first]?.value.subnet6?.location)])
        }
    }

    private mutating func chooseSubnets(_ members: [NetworkName: [Member]], _ problems: inout Problems) {
        var fixed = declared.values.compactMap { $0.value.subnet?.value }
        let used = order.filter { members[$0] != nil }
        for name in used {
            let agreed = agreed(name, &problems)
            if let subnet = declared[name]?.value.subnet?.value ?? agreed {
                chosen[name] = subnet
                fixed.append(subnet)
            } else if let subnet = recorded(name, room: members[name]?.count ?? 0, avoiding: fixed) {
                chosen[name] = subnet
                fixed.append(subnet)
            }
        }
        let usedNames = Set(used.map(\.rawValue))
        let others = book.subnets.filter { !usedNames.contains($0.key) }.values
        var chooser = SubnetChooser(avoiding: book.reserved + fixed + others, seed: seed)
        for name in used where chosen[name] == nil {
            chosen[name] = chooser.choose(machines: members[name]?.count ?? 0)
            if chosen[name] == nil {
                problems.error(
                    "there is no free subnet left in 10.0.0.0/8 for the network '\(name)'",
                    at: declared[name]?.location, help: "give it a 'subnet'")
            }
        }
        for name in used { book.subnets[name.rawValue] = chosen[name] }
    }

    private func recorded(_ name: NetworkName, room: Int, avoiding fixed: [IPv4Subnet]) -> IPv4Subnet? {
        guard let subnet = book.subnets[name.rawValue], SubnetChooser.room(subnet.prefixLength) >= room else {
            return nil
        }
        return fixed.contains { $0.overlaps(subnet) } ? nil : subnet
    }
}
