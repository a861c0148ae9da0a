import DevenvModel
package import DevenvPluginAPI
package import DevenvState

/// Plans how a box is made of a machine. Pure.
package struct PackagePlanner: Sendable {
    private let record: MachineRecord
    private let state: MachineObservation.State

    /// Makes a planner for a machine.
    package init(record: MachineRecord, state: MachineObservation.State) {
        self.record = record
        self.state = state
    }

    /// The plan for a snapshot that there is: the machine itself is left alone, whatever it does.
    private func planOfSnapshot(_ order: Packaging) throws(EngineError) -> Plan {
        switch state {
        case .absent: throw refusal("it does not exist", "run 'devenv up \(record.identity.name)' first")
        case .broken(let why), .unknown(let why): throw refusal(why, nil)
        case .running, .suspended, .stopped: return Plan()
        }
    }

    /// The plan; with `isStopping` a machine that runs is stopped first, and stays so. Throws where the machine is in no state
    /// for it.
    package func plan(_ order: Packaging, isStopping: Bool) throws(EngineError) -> Plan {
        var plan = order.snapshot == nil ? try planOfMachine(isStopping) : try planOfSnapshot(order)
        let step = StepID(record.identity.name, .package(order))
        plan.steps.append(Step(step, reasons: [reason(order)], after: plan.steps.map(\.id)))
        if order.keepsIdentity {
            let machine = "the disks of '\(record.identity.name)'"
            plan.warnings.append("the box will hold all that is on \(machine): its keys, whom it lets in, its logs")
        }
        return plan
    }

    private func planOfMachine(_ isStopping: Bool) throws(EngineError) -> Plan {
        let machine = record.identity.name
        var plan = Plan()
        switch state {
        case .running where isStopping, .suspended where isStopping:
            let reason = "is \(state), and its disks must be at rest"
            plan.steps.append(Step(StepID(machine, .stop), reasons: [reason], after: []))
        case .running, .suspended:
            throw refusal("it is \(state)", "run 'devenv halt \(machine)' first, or add --stop")
        case .stopped where record.restoration != nil:
            throw refusal("it was left halfway back to a snapshot", "run 'devenv up \(machine)' first")
        case .stopped where record.phase == .created: break
        case .stopped: throw refusal("it is half made", "run 'devenv up \(machine)' first")
        case .absent: throw refusal("it does not exist", "run 'devenv up \(machine)' first")
        case .broken(let why), .unknown(let why): throw refusal(why, nil)
        }
        return plan
    }

    private func reason(_ order: Packaging) -> String {
        let what = order.snapshot.map { "as it was in the snapshot '\($0)'" }
        guard !order.keepsIdentity else { return (what ?? "as it is") + ", with all that is its own" }
        return (what.map { $0 + ", " } ?? "") + "without its keys, whom it lets in, its id, logs and histories"
    }

    private func refusal(_ reason: String, _ help: String?) -> EngineError {
        EngineError(.wrongState, "can't package machine '\(record.identity.name)': \(reason)", help: help)
    }
}
