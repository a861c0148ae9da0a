import DevenvDiagnostics
package import DevenvModel
package import DevenvPluginAPI
package import DevenvState

/// Finds out what has to be done. Pure: everything that it knows it is given.
package struct Planner: Sendable {
    /// The machines and what they wait for.
    package let graph: MachineGraph
    /// What each machine should be; only those that the command is about.
    package let desired: [MachineName: DesiredMachine]
    /// What was recorded of each machine.
    package let recorded: [MachineName: MachineRecord]
    /// What each machine's provider sees.
    package let observed: [MachineName: MachineObservation]
    /// Whether each machine's folders are watched; those that nobody was ever told to watch are left out.
    package let watching: [MachineName: WatchingState]

    /// Makes a planner.
    package init(
        graph: MachineGraph, desired: [MachineName: DesiredMachine], recorded: [MachineName: MachineRecord],
        observed: [MachineName: MachineObservation], watching: [MachineName: WatchingState] = [:]
    ) {
        self.graph = graph
        self.desired = desired
        self.recorded = recorded
        self.observed = observed
        self.watching = watching
    }

    /// What `up` does: the least that makes the machines what they should be.
    package func up(_ options: UpOptions) -> Plan {
        var plan = complete(options.provisioning) { $0.bringUp(recreate: options.recreate) }
        plan.warnings += orphans
        return plan
    }

    /// What is said of machines that were made and are not in the Envfile any more.
    private var orphans: [String] {
        let declared = Set(graph.machines.map(\.name.value))
        return recorded.keys.filter { !declared.contains($0) }.sorted().map {
            "machine '\($0)' is no longer in the Envfile: 'devenv destroy --orphans' removes it, with all data in it"
        }
    }

    /// What `reload` does: an `up` that stops running machines first.
    package func reload(_ options: UpOptions) -> Plan {
        complete(options.provisioning) { $0.restart() }
    }

    /// Machines that are brought to run in some way, with all that follows.
    private func complete(_ provisioning: Provisioning, _ bringUp: (inout MachinePlanBuilder) -> Void) -> Plan {
        assemble { machine, plan in
            var builder = builder(for: machine)
            bringUp(&builder)
            builder.sync()
            builder.watch()
            builder.provision(provisioning)
            builder.checkReadiness()
            plan.warnings += builder.warnings
            return builder.steps
        }
    }

    /// What `provision` does on machines that run: all provisioners but those of policy `never`, or the named ones.
    package func provision(_ provisioning: Provisioning) -> Plan {
        assemble { machine, _ in
            var builder = builder(for: machine)
            builder.provision(provisioning)
            builder.checkReadiness()
            return builder.steps
        }
    }

    /// What `sync` does on machines that run: every folder, or those that are included, whether they seem to have changed or not.
    package func sync(where isIncluded: (SyncedFolder) -> Bool = { _ in true }) -> Plan {
        assemble { machine, _ in
            var builder = builder(for: machine)
            builder.sync(evenIfUnchanged: true, where: isIncluded)
            builder.watch()
            return builder.steps
        }
    }

    private func builder(for machine: DesiredMachine) -> MachinePlanBuilder {
        MachinePlanBuilder(
            machine, recorded: recorded[machine.name], observed: observed[machine.name],
            watching: watching[machine.name])
    }

    private func assemble(_ steps: (DesiredMachine, inout Plan) -> [Step]) -> Plan {
        var plan = Plan()
        var planned: [MachineName: [Step]] = [:]
        var supplies: [String: StepID] = [:]
        for spec in graph.machines {
            guard let machine = desired[spec.name.value] else { continue }
            let own = Self.supplied(steps(machine, &plan), machine, &supplies)
            if own.isEmpty { plan.unchanged.append(machine.name) }
            let gates = (graph.edges[machine.name] ?? []).flatMap { gate($0, in: planned) }
            let gated = Self.gated(own, behind: gates)
            planned[machine.name] = gated
            plan.steps += gated
        }
        return plan
    }

    /// The steps of another machine that must be over before the condition is true of it.
    private func gate(_ edge: MachineGraph.Edge, in planned: [MachineName: [Step]]) -> [StepID] {
        let steps = planned[edge.target] ?? []
        return steps.last { $0.id.action.fulfils(edge.condition) }.map { [$0.id] } ?? []
    }

    /// A machine is made once its box is there. The first that needs a box gets it, for all.
    private static func supplied(_ steps: [Step], _ machine: DesiredMachine, _ supplies: inout [String: StepID])
        -> [Step]
    {
        guard let need = machine.need, let index = steps.firstIndex(where: { $0.id.action == .create }) else {
            return steps
        }
        var steps = steps
        let making = steps[index]
        let id = supplies[need.title] ?? StepID(machine.name, .get(need.title))
        steps[index] = Step(making.id, reasons: making.reasons, after: making.predecessors + [id])
        guard supplies.updateValue(id, forKey: need.title) == nil else { return steps }
        return [Step(id, reasons: [need.reason], after: [])] + steps
    }

    /// Machines are made and booted side by side; what they wait for holds back only what is done inside them.
    private static func gated(_ steps: [Step], behind gates: [StepID]) -> [Step] {
        guard !gates.isEmpty, let first = steps.firstIndex(where: \.id.action.waitsForOthers) else { return steps }
        var steps = steps
        let step = steps[first]
        steps[first] = Step(step.id, reasons: step.reasons, after: step.predecessors + gates)
        return steps
    }
}

extension DesiredMachine {
    var name: MachineName { spec.name.value }
}

extension StepAction {
    /// Whether a machine of which this was the last step of its kind has come as far as the condition asks.
    func fulfils(_ condition: DependencyCondition) -> Bool {
        switch self {
        case .create: true
        case .start, .connect, .customize, .update, .resume, .restore: condition >= .running
        case .sync, .provision: condition >= .provisioned
        case .ready: condition == .ready
        case .get, .watch, .suspend, .save, .package, .delete, .stop, .destroy: false
        }
    }

    /// Whether the step does the user's own work, which may need the machines that this one depends on.
    var waitsForOthers: Bool {
        switch self {
        case .provision, .ready: true
        default: false
        }
    }
}
