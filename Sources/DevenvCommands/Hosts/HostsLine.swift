import DevenvModel

/// A running machine's line in this host's hosts(5).
struct HostsLine: Hashable {
    /// The machine.
    let machine: MachineName
    /// The address that this host reaches it on.
    let address: IPv4Address
    /// Its names, the canonical one first; the last one tells it from machines of other projects.
    let names: [String]

    /// Takes the machine's own name for itself, where that is known, and its project's.
    init(_ machine: MachineName, _ address: IPv4Address, hostname: String?, project: ProjectName?) {
        self.machine = machine
        self.address = address
        var names = [hostname ?? machine.rawValue]
        let others = [machine.rawValue] + (project.map { ["\(machine).\($0)"] } ?? [])
        for name in others where !names.contains(name) { names.append(name) }
        self.names = names
    }

    /// The line, without its end.
    var text: String { "\(address) \(names.joined(separator: " "))" }
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
        hosts = lines.map { Host(machine: $0.machine.rawValue, address: "\($0.address)", names: $0.names) }
        file = change?.file
        changed = change?.isChanged ?? false
    }

    private enum CodingKeys: String, CodingKey { case schema, hosts, file, changed }
}
