import DevenvDiagnostics
import DevenvModel

extension Planner {
    /// What `lock` does: gets each box that has to be looked into before it can be pinned, once, and nothing else.
    package func boxes() -> Plan {
        var known: Set<String> = []
        let steps = graph.machines.compactMap { desired[$0.name.value] }.compactMap { machine -> Step? in
            guard let need = machine.need, need.digest == nil, known.insert(need.title).inserted else { return nil }
            return Step(StepID(machine.name, .get(need.title)), reasons: [need.reason], after: [])
        }
        return Plan(steps: steps)
    }
}
