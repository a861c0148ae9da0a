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

    /// The plan; with `isStopping` a machine that runs is stopped first, and stays so. Throws where the machine is in no state
    /// for it.
    package func plan(_ order: Packaging, isStopping: Bool) throws(EngineError) -> Plan {
        let machine = record.identity.name
        var plan = Plan()
        var before: [StepID] = []
        switch state {
        case .running where isStopping, .suspended where isStopping:
            let stop = StepID(machine, .stop)
            plan.steps.append(Step(stop, reasons: ["is \(state), and its disks must be at rest"], after: []))
            before = [stop]
        case .running, .suspended:
            throw refusal("it is \(state)", "run 'devenv halt \(machine)' first, or add --stop")
        case .stopped where record.restoration != nil:
            throw refusal("it was left halfway back to a snapshot", "run 'devenv up \(machine)' first")
        case .stopped where record.phase == .created: break
        case .stopped: throw refusal("it is half made", "run 'devenv up \(machine)' first")
        case .absent: throw refusal("it does not exist", "run 'devenv up \(machine)' first")
        case .broken(let why), .unknown(let why): throw refusal(why, nil)
        }
        plan.steps.append(Step(StepID(machine, .package(order)), reasons: [reason(order)], after: before))
        if order.keepsIdentity {
            plan.warnings.append(
                "the box will hold all that is on the disks of '\(machine)': its keys, whom it lets in, its logs")
        }
        return plan
    }

    private func reason(_ order: Packaging) -> String {
        order.keepsIdentity
            ? "as it is, with all that is its own" : "without its keys, whom it lets in, its id, logs and histories"
    }

    private func refusal(_ reason: String, _ help: String?) -> EngineError {
        EngineError(.wrongState, "can't package machine '\(record.identity.name)': \(reason)", help: help)
    }
}
