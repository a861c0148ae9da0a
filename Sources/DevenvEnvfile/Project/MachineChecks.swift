import DevenvDiagnostics
import DevenvModel

/// What must hold between the machines of a project, apart from their dependencies.
enum MachineChecks {
    /// Reports two primaries, and ports of the host that two forwards take.
    static func check(_ machines: [MachineKeys.Draft], _ problems: inout Problems) {
        checkPrimary(machines, &problems)
        var ports = HostPorts()
        for machine in machines {
            for forward in machine.spec.forwards { ports.add(forward, of: machine.spec, &problems) }
        }
    }

    private static func checkPrimary(_ machines: [MachineKeys.Draft], _ problems: inout Problems) {
        let primaries = machines.filter(\.spec.isPrimary)
        guard primaries.count > 1 else { return }
        let (first, second) = (primaries[0], primaries[1])
        problems.error(
            "only one machine can be primary, but '\(first.spec.name.value)' and '\(second.spec.name.value)' are",
            at: second.primary?.location,
            notes: [Diagnostic.Note("'\(first.spec.name.value)' is made primary here", at: first.primary?.location)])
    }
}

/// The ports of the host that are taken by forwards which can't go elsewhere.
private struct HostPorts {
    private struct Port: Hashable {
        let number: UInt16
        let transport: PortForward.Transport
        /// nil stands for any address at all.
        let address: IPv4Address?
    }

    private typealias Owner = (machine: MachineName, location: SourceLocation?)
    private static let wildcard = IPv4Address(value: 0)
    private var owners: [Port: Owner] = [:]

    mutating func add(_ forward: Located<PortForward>, of machine: MachineSpec, _ problems: inout Problems) {
        let value = forward.value
        guard !value.isAutomatic else { return }
        func port(_ address: IPv4Address?) -> Port {
            Port(number: value.host, transport: value.transport, address: address)
        }
        let overlapping = value.address == Self.wildcard ? nil : owners[port(Self.wildcard)]
        let same = value.address == Self.wildcard ? owners[port(nil)] : owners[port(value.address)]
        if let first = same ?? overlapping {
            report(value, Located(machine.name.value, at: forward.location), first, &problems)
            return
        }
        let owner = (machine.name.value, forward.location)
        owners[port(value.address)] = owner
        if owners[port(nil)] == nil { owners[port(nil)] = owner }
    }

    private func report(
        _ forward: PortForward, _ machine: Located<MachineName>, _ first: Owner, _ problems: inout Problems
    ) {
        let isShared = first.location == machine.location
        problems.error(
            "the host's port \(forward.host)/\(forward.transport.rawValue) is forwarded to '\(first.machine)' already",
            at: machine.location,
            help: isShared
                ? "each machine of a 'count' needs its own: use ${machine.index} in it, or {host, guest, auto: true}"
                : "take another port, or write it as {host, guest, auto: true}",
            notes: isShared ? [] : [Diagnostic.Note("it is taken here", at: first.location)])
    }
}
