import DevenvCrypto
import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvState

/// The names that machines know each other by: each machine gets those on its own networks of machines that there are, or that are
/// being made. Worked out once a set of networks, as every machine of a large project is on the same few.
struct HostNames {
    private var entriesByNetwork: [NetworkName: [HostEntry]] = [:]
    private var cache: [[NetworkName]: (entries: [HostEntry], summary: String)] = [:]

    /// `making`: machines that are brought to what the graph says, others have the addresses that are recorded of them.
    init(_ graph: MachineGraph, making: Set<MachineName> = [], records: [MachineRecord]) {
        let recorded = Dictionary(
            records.filter { $0.phase != .destroying }.map { ($0.identity.name, $0.addresses) }
        ) { first, _ in first }
        for machine in graph.machines {
            let isMade = making.contains(machine.name.value)
            let addresses = recorded[machine.name.value]
            let names =
                machine.hostname == machine.name.value.rawValue
                ? [machine.hostname] : [machine.hostname, machine.name.value.rawValue]
            for interface in machine.interfaces {
                let address = isMade ? interface.address : addresses?[interface.network.rawValue]
                guard let address else { continue }
                entriesByNetwork[interface.network, default: []].append(
                    HostEntry(address: address, address6: interface.subnet6?.address(for: address), names: names))
            }
        }
    }

    /// The entries for a machine: where two networks are shared, the first of this machine's own decides.
    mutating func entries(for machine: MachineSpec) -> [HostEntry] { known(machine).entries }

    /// A short text that changes when the entries do: `3 machines (1f9a02c4)`.
    private mutating func summary(for machine: MachineSpec) -> String { known(machine).summary }

    /// What the engine compares: the names are no provider's own setting.
    mutating func setting(for machine: MachineSpec) -> MachineSetting {
        MachineSetting(Self.key, summary(for: machine), impact: .live)
    }

    /// What the setting is called.
    static let key = "names"

    private mutating func known(_ machine: MachineSpec) -> (entries: [HostEntry], summary: String) {
        let networks = machine.interfaces.map(\.network)
        if let known = cache[networks] { return known }
        let entries = networks.flatMap { entriesByNetwork[$0] ?? [] }.uniqued { $0.names.first ?? "" }
        var hash = SHA256()
        for entry in entries {
            let second = entry.address6.map { " \($0)" } ?? ""
            hash.update(field: "\(entry.address)\(second) \(entry.names.joined(separator: " "))")
        }
        let made = (entries, "\(entries.count) machines (\(hash.hexadecimal().prefix(8)))")
        cache[networks] = made
        return made
    }
}
