package import DevenvModel
package import DevenvPluginAPI
package import DevenvState

/// Plans the end of machines, or a pause: those that wait for others go before them. Pure, and without a graph: what is
/// recorded is enough, so that no fault of an Envfile stands in the way.
package struct TeardownPlanner: Sendable {
    private let recorded: [MachineRecord]
    private let observed: [MachineName: MachineObservation]
    private let watched: Set<MachineName>

    /// Makes a planner for these machines only; `watched` are those whose folders are watched.
    package init(
        recorded: [MachineRecord], observed: [MachineName: MachineObservation] = [:], watched: Set<MachineName> = []
    ) {
        self.recorded = recorded
        self.watched = watched
        self.observed = observed
    }

    /// Stops the machines that run or are paused, or that may be as nobody could tell.
    package func halt() -> Plan {
        plan(.stop) { record, state in
            switch state {
            case .running: "is running"
            case .suspended: "is suspended"
            case .unknown: "may be running"
            case .absent, .stopped, .broken:
                watched.contains(record.identity.name) ? "its folders are still watched" : nil
            }
        }
    }

    /// Pauses the machines that run.
    package func suspend() -> Plan { plan(.suspend) { _, state in state == .running ? "is running" : nil } }

    /// Lets the machines go on that are paused, or that were not waited for when they last went on. They need not wait for
    /// each other: each finds the others as it left them.
    package func resume() -> Plan {
        var plan = plan(.resume) { record, state in
            if state == .suspended { return "is suspended" }
            return state == .running && record.isComingBack == true ? "goes on, but was not waited for" : nil
        }
        plan.steps = plan.steps.map { Step($0.id, reasons: $0.reasons, after: []) }
        plan.warnings += recorded.map(\.identity.name).filter { observed[$0].map { !$0.isUp } ?? false }
            .map { "machine '\($0)' is not suspended; 'devenv up \($0)' starts it" }
        return plan
    }

    /// Removes the machines, whatever state they are in.
    package func destroy() -> Plan {
        Plan(steps: Self.steps(of: recorded, .destroy) { _ in "a destroy was asked for" })
    }

    /// A step for each machine for which there is a reason.
    private func plan(
        _ action: StepAction, _ reason: (MachineRecord, MachineObservation.State) -> String?
    ) -> Plan {
        var plan = Plan()
        var reasons: [MachineName: String] = [:]
        for record in recorded {
            let name = record.identity.name
            let state = observed[name]?.state ?? .absent
            if let reason = reason(record, state) {
                reasons[name] = reason
            } else if case .unknown(let why) = state {
                plan.warnings.append(Plan.leftAlone(name, why))
            } else {
                plan.unchanged.append(name)
            }
        }
        let machines = recorded.filter { reasons[$0.identity.name] != nil }
        plan.steps = Self.steps(of: machines, action) { reasons[$0] ?? "" }
        return plan
    }

    private static func steps(
        of machines: [MachineRecord], _ action: StepAction, because reason: (MachineName) -> String
    ) -> [Step] {
        let names = Set(machines.map(\.identity.name))
        var dependants: [MachineName: [StepID]] = [:]
        for machine in machines {
            for target in machine.dependencies where names.contains(target) && target != machine.identity.name {
                dependants[target, default: []].append(StepID(machine.identity.name, action))
            }
        }
        let steps = machines.map { machine in
            let name = machine.identity.name
            return Step(StepID(name, action), reasons: [reason(name)], after: dependants[name] ?? [])
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

extension MachineObservation {
    /// Whether it runs, is paused, or may be.
    fileprivate var isUp: Bool {
        switch state {
        case .running, .suspended, .unknown: true
        case .absent, .stopped, .broken: false
        }
    }
}
