import DevenvModel

/// Which steps of a plan may start now. Every edge is looked at once, so a plan costs time linear in its size.
struct Agenda {
    private var steps: [StepID: Step] = [:]
    private var waitingFor: [StepID: Int] = [:]
    private var dependants: [StepID: [StepID]] = [:]
    private var ready: [StepID] = []
    private var running: Set<StepID> = []
    private var runningInPool: [String: Int] = [:]
    private let order: [StepID]
    private let width: Int
    private let pools: [MachineName: Executor.Pool]

    init(_ plan: Plan, width: Int, pools: [MachineName: Executor.Pool]) {
        self.width = width
        self.pools = pools
        order = plan.steps.map(\.id)
        for step in plan.steps { steps[step.id] = step }
        for step in plan.steps {
            let open = Set(step.predecessors).filter { steps[$0] != nil }
            waitingFor[step.id] = open.count
            for predecessor in open { dependants[predecessor, default: []].append(step.id) }
        }
        ready = order.filter { waitingFor[$0] == 0 }.reversed()
    }

    /// The steps that were neither begun nor skipped.
    var remaining: [StepID] { order.filter { steps[$0] != nil && waitingFor[$0] != nil } }

    /// The next step that may start, the first in the plan's order; it counts as running until it is finished or failed.
    mutating func next() -> Step? {
        guard running.count < width else { return nil }
        guard let place = ready.lastIndex(where: { hasRoom(for: $0.machine) }) else { return nil }
        let id = ready.remove(at: place)
        waitingFor[id] = nil
        running.insert(id)
        if let pool = pools[id.machine] { runningInPool[pool.name, default: 0] += 1 }
        return steps[id]
    }

    /// Lets the steps go that waited for this one.
    mutating func finish(_ step: Step) {
        end(step)
        for dependant in (dependants[step.id] ?? []).reversed() {
            guard let left = waitingFor[dependant] else { continue }
            waitingFor[dependant] = left - 1
            if left == 1 { ready.append(dependant) }
        }
    }

    /// Takes out all steps that rest on this one; returns each with the step that it waited for.
    mutating func fail(_ step: Step) -> [(skipped: Step, because: StepID)] {
        end(step)
        var skipped: [(skipped: Step, because: StepID)] = []
        var causes = [step.id]
        while let cause = causes.popLast() {
            for dependant in dependants[cause] ?? [] where waitingFor[dependant] != nil {
                waitingFor[dependant] = nil
                guard let step = steps[dependant] else { continue }
                skipped.append((step, cause))
                causes.append(dependant)
            }
        }
        return skipped
    }

    /// Lets another step start in the place of one that runs on, but only waits.
    mutating func leave(_ step: Step) { end(step) }

    private mutating func end(_ step: Step) {
        guard running.remove(step.id) != nil else { return }
        if let pool = pools[step.id.machine] { runningInPool[pool.name, default: 1] -= 1 }
    }

    private func hasRoom(for machine: MachineName) -> Bool {
        guard let pool = pools[machine] else { return true }
        return runningInPool[pool.name, default: 0] < pool.width
    }
}
