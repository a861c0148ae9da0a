package import DevenvEngine
package import DevenvModel
package import SystemPackage

/// What came of an action, for its last words.
package struct Outcome: Sendable {
    /// What was to be done.
    package let plan: Plan
    /// What came of it.
    package let report: ExecutionReport
    /// How long it took.
    package let duration: Duration
    /// Why what belongs to it beside the steps, such as a hook, did not go well after them.
    package let failure: CommandFailure?
    /// The machines as they are now, where the action is one that makes them usable.
    package var machines: [MachineStatus] = []
    /// What the Envfile says to whoever started a machine.
    package var messages: [MachineName: String] = [:]
    /// Where the logs of each failed machine are.
    package var logs: [MachineName: FilePath] = [:]

    /// Joins them.
    package init(plan: Plan, report: ExecutionReport, duration: Duration, failure: CommandFailure? = nil) {
        self.plan = plan
        self.report = report
        self.duration = duration
        self.failure = failure
    }

    /// How the command ends.
    package var status: ExitStatus {
        if report.wasInterrupted { return .interrupted }
        if report.failures.isEmpty { return failure?.status ?? .done }
        let others = Set(plan.machines + plan.unchanged).subtracting(report.failedMachines)
        return others.isEmpty ? .failed : .partlyFailed
    }

    /// The failures that are no mere consequence of an interruption.
    package var failures: [StepFailure] { report.failures.filter { !$0.isCancellation } }
}
