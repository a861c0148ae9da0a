import DevenvModel

/// A running machine's place in this host's hosts(5).
struct HostsLine: Hashable {
    /// The machine.
    let machine: MachineName
    /// The address that this host reaches it on.
    let address: IPv4Address
    /// Its IPv6 address on the same network; nil where it has none.
    let address6: IPv6Address?
    /// Whether this host has a way to the addresses, rather than a program that leads to the machine.
    let isReachable: Bool
    /// Its names, the canonical one first; the last one tells it from machines of other projects.
    let names: [String]

    /// Takes the machine's own name for itself, where that is known, and its project's.
    init(
        _ machine: MachineName, _ address: IPv4Address, isReachable: Bool = true, _ spec: MachineSpec?,
        project: ProjectName?
    ) {
        self.machine = machine
        self.address = address
        self.isReachable = isReachable
        address6 = spec?.interfaces.first { $0.address == address }?.address6
        var names = [spec?.hostname ?? machine.rawValue]
        let others = [machine.rawValue] + (project.map { ["\(machine).\($0)"] } ?? [])
        for name in others where !names.contains(name) { names.append(name) }
        self.names = names
    }

    /// The line, and one for the IPv6 address, without their ends; none where they would lead nowhere.
    var texts: [String] {
        guard isReachable else { return [] }
        let names = names.joined(separator: " ")
        return ["\(address) \(names)"] + (address6.map { ["\($0) \(names)"] } ?? [])
    }
}

/// The answer of `hosts --json`.
struct HostsDocument: Encodable {
    let schema = JSONText.schema
    let hosts: [Host]
    let file: String?
    let changed: Bool

    /// One line.
    struct Host: Encodable {
        let machine: String
        let address: String
        let address6: String?
        let reachable: Bool
        let names: [String]
    }

    /// What became of a file of this host.
    struct Change {
        let file: String
        let isChanged: Bool

        /// What people read.
        var sentence: String {
            isChanged ? "'\(file)' was changed.\n" : "'\(file)' is as it should be: nothing was changed.\n"
        }
    }

    init(_ lines: [HostsLine], _ change: Change?) {
        hosts = lines.map {
            Host(
                machine: $0.machine.rawValue, address: "\($0.address)", address6: $0.address6?.description,
                reachable: $0.isReachable, names: $0.names)
        }
        file = change?.file
        changed = change?.isChanged ?? false
    }

    private enum CodingKeys: String, CodingKey { case schema, hosts, file, changed }
}
