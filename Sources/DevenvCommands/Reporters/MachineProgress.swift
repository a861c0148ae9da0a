import DevenvDownload
import DevenvEngine
import DevenvModel

/// How far one machine has come, for its lines of the live block.
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

    /// A step that is over.
    struct Ended: Sendable {
        /// What it did.
        let action: StepAction
        /// How long it took.
        let duration: Duration
    }

    let name: MachineName
    private let steps: [Step]
    /// The steps that run.
    private(set) var running: [StepProgress] = []
    /// The steps that succeeded, in the order in which they ended.
    private(set) var succeeded: [Ended] = []
    private var ended: Set<StepID> = []
    /// Whether a step failed, as opposed to none having been begun.
    private(set) var hasFailedStep = false
    private var isSkipped = false
    private(set) var began: ContinuousClock.Instant?

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
        guard running.isEmpty else { return running.map(\.step.id.action.description).joined(separator: ", ") }
        let next = steps.first { !ended.contains($0.id) }
        let others = (next?.predecessors ?? []).map(\.machine).filter { $0 != name }
        guard !others.isEmpty else { return "waiting" }
        return "waiting for " + Phrase.list(others.uniqued().map(\.rawValue), limit: 3)
    }

    /// Which of its steps it is at: `step 2 of 6`.
    var position: String { "step \(min(ended.count + 1, steps.count)) of \(steps.count)" }

    /// The last line that any of its steps wrote.
    var lastLine: String { running.last { !$0.lines.isEmpty }?.lines.last ?? "" }

    /// What was done to it, for its last line.
    var account: String { MachineChange.account(of: steps) }

    mutating func start(_ step: Step, at now: ContinuousClock.Instant) {
        if began == nil { began = now }
        running.append(StepProgress(step, at: now))
    }

    mutating func succeed(_ step: Step, after duration: Duration) {
        end(step)
        succeeded.append(Ended(action: step.id.action, duration: duration))
    }

    mutating func fail(_ step: Step) {
        end(step)
        hasFailedStep = true
    }

    mutating func skip(_ step: Step) {
        ended.insert(step.id)
        isSkipped = true
    }

    /// Shows something of one of its steps.
    mutating func update(_ step: StepID, _ change: (inout StepProgress) -> Void) {
        guard let index = running.firstIndex(where: { $0.step.id == step }) else { return }
        change(&running[index])
    }

    private mutating func end(_ step: Step) {
        running.removeAll { $0.step.id == step.id }
        ended.insert(step.id)
    }
}
