package import DevenvModel
package import DevenvPluginAPI
package import DevenvState

/// Plans the end of machines: those that wait for others end before them. Pure, and without a graph: what is recorded is
/// enough, so that no fault of an Envfile stands in the way.
package struct TeardownPlanner: Sendable {
    private let recorded: [MachineRecord]
    private let observed: [MachineName: MachineObservation]

    /// Makes a planner for these machines only.
    package init(recorded: [MachineRecord], observed: [MachineName: MachineObservation] = [:]) {
        self.recorded = recorded
        self.observed = observed
    }

    /// Stops the machines that run, or that may run as nobody could tell.
    package func halt() -> Plan {
        var plan = Plan()
        let machines = recorded.filter { record in
            switch observed[record.identity.name]?.state {
            case .running, .suspended, .unknown: return true
            default:
                plan.unchanged.append(record.identity.name)
                return false
            }
        }
        plan.steps = Self.steps(of: machines, .stop, because: "is running")
        return plan
    }

    /// Removes the machines, whatever state they are in.
    package func destroy() -> Plan {
        Plan(steps: Self.steps(of: recorded, .destroy, because: "a destroy was asked for"))
    }

    private static func steps(of machines: [MachineRecord], _ action: StepAction, because reason: String) -> [Step] {
        let names = Set(machines.map(\.identity.name))
        var dependants: [MachineName: [StepID]] = [:]
        for machine in machines {
            for target in machine.dependencies where names.contains(target) && target != machine.identity.name {
                dependants[target, default: []].append(StepID(machine.identity.name, action))
            }
        }
        let steps = machines.map { machine in
            let name = machine.identity.name
            return Step(StepID(name, action), reasons: [reason], after: dependants[name] ?? [])
        }
        return ordered(steps)
    }

    /// Each step after those that it waits for. Records of different times may contradict each other: then the edges of what
    /// is left are dropped, as an end must always be reached.
    private static func ordered(_ steps: [Step]) -> [Step] {
        var order: [Step] = []
        var done: Set<StepID> = []
        var left = steps
        while !left.isEmpty {
            var ready = left.filter { $0.predecessors.allSatisfy(done.contains) }
            if ready.isEmpty { ready = left.map { Step($0.id, reasons: $0.reasons, after: []) } }
            order += ready
            done.formUnion(ready.map(\.id))
            left.removeAll { done.contains($0.id) }
        }
        return order
    }
}
