import DevenvDiagnostics
package import DevenvModel
package import DevenvPluginAPI
package import DevenvState

/// Plans what is done to snapshots of machines: side by side, as no machine's snapshot rests on another's. Pure.
package struct SnapshotPlanner: Sendable {
    private let targets: [MachineName]
    private let recorded: [MachineName: MachineRecord]
    private let observed: [MachineName: MachineObservation]
    private let snapshots: [MachineName: [MachineSnapshot]]
    private let withoutMemory: Set<MachineName>

    /// Makes a planner for these machines, made or not; those without an entry in `snapshots` have a provider that can't
    /// take any, those in `withoutMemory` one whose snapshots hold no memory.
    package init(
        targets: [MachineName], recorded: [MachineRecord], observed: [MachineName: MachineObservation],
        snapshots: [MachineName: [MachineSnapshot]], withoutMemory: Set<MachineName> = []
    ) {
        self.targets = targets
        self.recorded = Dictionary(recorded.map { ($0.identity.name, $0) }) { first, _ in first }
        self.observed = observed
        self.snapshots = snapshots
        self.withoutMemory = withoutMemory
    }

    /// Saves a snapshot of each machine that exists. Throws where one of them is not in a state for it, before any is saved.
    package func save(_ name: SnapshotName) throws(EngineError) -> Plan {
        var plan = Plan()
        for machine in targets {
            guard let record = recorded[machine] else {
                plan.warnings.append("machine '\(machine)' does not exist yet, so nothing of it is saved")
                continue
            }
            try checkForSaving(name, record)
            plan.steps.append(Step(StepID(machine, .save(name)), reasons: [reason(of: machine)], after: []))
        }
        guard plan.isEmpty, let first = targets.first else { return plan }
        throw EngineError(
            .wrongState, "can't save a snapshot of machine '\(first)': it does not exist yet", help: "run 'devenv up'")
    }

    private func reason(of machine: MachineName) -> String {
        guard observed[machine]?.state == .running else { return "is stopped" }
        return withoutMemory.contains(machine)
            ? "is running: its files are saved, not its memory" : "is running: its memory is saved too"
    }

    private func checkForSaving(_ name: SnapshotName, _ record: MachineRecord) throws(EngineError) {
        let machine = record.identity.name
        let state = observed[machine]?.state ?? .absent
        let attempt = "can't save a snapshot of machine '\(machine)'"
        if record.restoration != nil {
            throw EngineError(
                .wrongState, "\(attempt): it was left halfway back to another", help: "run 'devenv up' first")
        }
        guard state == .running || (state == .stopped && record.phase == .created) else {
            let help = state == .suspended ? "run 'devenv resume \(machine)' first" : "run 'devenv up \(machine)' first"
            let what = state == .stopped ? "half made" : "\(state)"
            throw EngineError(.wrongState, "\(attempt): it is \(what)", help: help)
        }
        guard let known = snapshots[machine] else {
            throw EngineError(
                .provider, "\(attempt): the provider '\(record.provider)' is not able to",
                help: "name the other machines, or use another provider")
        }
        if known.contains(where: { $0.name == name }) { throw .taken(name, machine) }
    }

    /// Brings the machines back that have a snapshot of this name. Throws where none has.
    package func restore(_ name: SnapshotName) throws(EngineError) -> Plan {
        try plan(.restore(name), name) { "is \(observed[$0]?.state ?? .absent)" }
    }

    /// Removes the snapshots of this name. Throws where no machine has one.
    package func delete(_ name: SnapshotName) throws(EngineError) -> Plan {
        try plan(.delete(name), name) { _ in "a removal was asked for" }
    }

    private func plan(
        _ action: StepAction, _ name: SnapshotName, because reason: (MachineName) -> String
    ) throws(EngineError) -> Plan {
        var plan = Plan()
        for machine in targets {
            if snapshots[machine]?.contains(where: { $0.name == name }) == true {
                plan.steps.append(Step(StepID(machine, action), reasons: [reason(machine)], after: []))
            } else if recorded[machine] != nil {
                plan.unchanged.append(machine)
                plan.warnings.append("machine '\(machine)' has no snapshot '\(name)'")
            }
        }
        guard plan.isEmpty else { return plan }
        let known = Set(snapshots.values.flatMap { $0.map(\.name) }).sorted().map(\.rawValue)
        throw EngineError(
            .unknownSnapshot, "there is no snapshot '\(name)'",
            help: Suggestion.help(for: name.rawValue, among: known)
                ?? (known.isEmpty ? "no machine has one" : "there are: \(known.joined(separator: ", "))"))
    }
}

extension EngineError {
    /// A machine has a snapshot of that name already.
    static func taken(_ name: SnapshotName, _ machine: MachineName) -> EngineError {
        EngineError(
            .wrongState, "machine '\(machine)' has a snapshot '\(name)' already",
            help: "choose another name, or run 'devenv snapshot delete \(name) \(machine)'")
    }
}
