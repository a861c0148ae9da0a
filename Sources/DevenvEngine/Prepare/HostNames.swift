import DevenvCrypto
import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

/// The names that machines know each other by: each machine gets those on its own networks. Worked out once a set of
/// networks, as every machine of a large project is on the same few.
struct HostNames {
    private var entriesByNetwork: [NetworkName: [HostEntry]] = [:]
    private var cache: [[NetworkName]: (entries: [HostEntry], summary: String)] = [:]

    init(_ graph: MachineGraph) {
        for machine in graph.machines {
            let names =
                machine.hostname == machine.name.value.rawValue
                ? [machine.hostname] : [machine.hostname, machine.name.value.rawValue]
            for interface in machine.interfaces {
                entriesByNetwork[interface.network, default: []].append(
                    HostEntry(address: interface.address, names: names))
            }
        }
    }

    /// The entries for a machine: where two networks are shared, the first of this machine's own decides.
    mutating func entries(for machine: MachineSpec) -> [HostEntry] { known(machine).entries }

    /// A short text that changes when the entries do: `3 machines (1f9a02c4)`.
    mutating func summary(for machine: MachineSpec) -> String { known(machine).summary }

    private mutating func known(_ machine: MachineSpec) -> (entries: [HostEntry], summary: String) {
        let networks = machine.interfaces.map(\.network)
        if let known = cache[networks] { return known }
        let entries = networks.flatMap { entriesByNetwork[$0] ?? [] }.uniqued { $0.names.first ?? "" }
        var hash = SHA256()
        for entry in entries { hash.update(field: "\(entry.address) \(entry.names.joined(separator: " "))") }
        let made = (entries, "\(entries.count) machines (\(hash.hexadecimal().prefix(8)))")
        cache[networks] = made
        return made
    }
}
