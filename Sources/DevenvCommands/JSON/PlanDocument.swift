import DevenvEngine
import DevenvModel

/// The answer of `plan --json`, and with an event the first line of an action.
struct PlanDocument: Encodable {
    let schema = JSONText.schema
    let event: String?
    let steps: [StepObject]
    let unchanged: [String]
    let warnings: [String]

    init(_ plan: DevenvEngine.Plan, event: String? = nil) {
        self.event = event
        steps = plan.steps.map(StepObject.init)
        unchanged = plan.unchanged.map(\.rawValue)
        warnings = plan.warnings
    }

    private enum CodingKeys: String, CodingKey { case schema, event, steps, unchanged, warnings }
}

/// A step of a plan.
struct StepObject: Codable {
    let machine: String
    let step: String
    let reasons: [String]
    let after: [StepReference]

    init(_ step: Step) {
        machine = step.id.machine.rawValue
        self.step = step.id.action.description
        reasons = step.reasons
        after = step.predecessors.map(StepReference.init)
    }
}

/// Which step of which machine.
struct StepReference: Codable {
    let machine: String
    let step: String

    init(_ id: StepID) {
        machine = id.machine.rawValue
        step = id.action.description
    }
}
