import DevenvEngine
import DevenvModel
import SystemPackage

/// The last line of an action with `--json`.
struct ResultLine: Encodable {
    /// A step that failed.
    struct Failure: Encodable {
        let machine: String
        let step: String
        let message: String
        let help: String?
        let details: [String]?
        let interrupted: Bool
        let logs: String?
    }

    let schema = JSONText.schema
    let event = "result"
    let status: String
    let exitCode: Int
    var seconds: Double?
    var finished: [StepReference]?
    var failures: [Failure]?
    var skipped: [StepReference]?
    var unchanged: [String]?
    var machines: [MachineObject]?
    var box: BoxObject?
    var error: ErrorObject?

    private enum CodingKeys: String, CodingKey {
        case schema, event, status, exitCode, seconds, finished, failures, skipped, unchanged, machines, box, error
    }

    /// An action that was carried out, however far.
    init(_ outcome: Outcome) {
        status = outcome.status.word
        exitCode = Int(outcome.status.code)
        seconds = outcome.duration.inSeconds
        finished = outcome.report.finished.map(StepReference.init)
        skipped = outcome.report.skipped.map(StepReference.init)
        unchanged = outcome.plan.unchanged.map(\.rawValue)
        machines = outcome.machines.isEmpty ? nil : outcome.machines.map(MachineObject.init)
        error = outcome.failure.map(ErrorObject.init)
        failures = outcome.report.failures.map { failure in
            Failure(
                machine: failure.step.machine.rawValue, step: failure.step.action.description,
                message: failure.message, help: failure.help,
                details: failure.details.isEmpty ? nil : failure.details, interrupted: failure.isCancellation,
                logs: outcome.logs[failure.step.machine]?.string)
        }
    }

    /// An action that was not begun.
    init(_ failure: CommandFailure) {
        status = failure.status.word
        exitCode = Int(failure.status.code)
        error = ErrorObject(failure)
    }

    /// An action without steps of its own.
    init(_ status: ExitStatus) {
        self.status = status.word
        exitCode = Int(status.code)
    }
}
