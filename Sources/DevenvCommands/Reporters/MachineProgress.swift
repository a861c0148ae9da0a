import DevenvEngine
import DevenvModel

/// How far one machine has come, for its line of the live block.
struct MachineProgress: Sendable {
    /// How it stands.
    enum State: Hashable, Sendable {
        /// No step runs.
        case waiting
        /// A step runs.
        case running
        /// Every step succeeded.
        case done
        /// A step failed or was skipped, and none runs any more.
        case failed
    }

    let name: MachineName
    private let steps: [Step]
    private(set) var running: [Step] = []
    private var ended: Set<StepID> = []
    /// Whether a step failed, as opposed to none having been begun.
    private(set) var hasFailedStep = false
    private var isSkipped = false
    private(set) var began: ContinuousClock.Instant?
    private(set) var lastLine = ""

    init(_ name: MachineName, _ plan: [Step]) {
        self.name = name
        steps = plan
    }

    var state: State {
        if ended.count == steps.count { return hasFailedStep || isSkipped ? .failed : .done }
        return running.isEmpty ? .waiting : .running
    }

    /// What it does, or waits for.
    var activity: String {
        guard running.isEmpty else { return running.map(\.id.action.description).joined(separator: ", ") }
        let next = steps.first { !ended.contains($0.id) }
        let others = (next?.predecessors ?? []).map(\.machine).filter { $0 != name }
        guard !others.isEmpty else { return "waiting" }
        var seen: Set<MachineName> = []
        return "waiting for " + Phrase.list(others.filter { seen.insert($0).inserted }.map(\.rawValue), limit: 3)
    }

    /// What was done to it, for its last line.
    var account: String { MachineChange.account(of: steps) }

    mutating func start(_ step: Step, at now: ContinuousClock.Instant) {
        if began == nil { began = now }
        running.append(step)
        lastLine = ""
    }

    mutating func end(_ step: Step, failed: Bool = false) {
        running.removeAll { $0.id == step.id }
        ended.insert(step.id)
        if failed { hasFailedStep = true }
    }

    mutating func skip(_ step: Step) {
        ended.insert(step.id)
        isSkipped = true
    }

    mutating func show(_ line: String) {
        let text = SafeText.singleLine(line)
        if text.contains(where: { $0 != " " }) { lastLine = text }
    }
}
