import DevenvEngine
import DevenvModel
import DevenvPluginAPI

/// Values that several tests begin from.
enum Samples {
    static let db = MachineName(unchecked: "db")
    static let web = MachineName(unchecked: "web-1")

    /// A plan for a new `db` and a new `web-1` that waits for it.
    static let plan: Plan = {
        let steps = [
            step(db, .create, ["not there yet"]),
            step(db, .provision("postgres"), ["never ran"], after: [StepID(db, .create)]),
            step(web, .create, ["not there yet"]),
            step(
                web, .provision("nginx"), ["never ran"],
                after: [StepID(web, .create), StepID(db, .provision("postgres"))]),
        ]
        return Plan(steps: steps, unchanged: [MachineName(unchecked: "cache")], warnings: [])
    }()

    static func step(
        _ machine: MachineName, _ action: StepAction, _ reasons: [String] = [], after: [StepID] = []
    ) -> Step {
        Step(StepID(machine, action), reasons: reasons, after: after)
    }

    /// `db` comes up, then its provisioner fails after two lines and a bit, and `web-1` is given up.
    static let failingRun: [Event] = [
        .started(plan.steps[0]),
        .finished(plan.steps[0], .milliseconds(85)),
        .started(plan.steps[1]),
        .output(plan.steps[1].id, .standardOutput, Array("Setting up post".utf8)),
        .output(plan.steps[1].id, .standardOutput, Array("gresql\n\u{1B}[31mred\u{1B}[0m\u{7}\n".utf8)),
        .output(plan.steps[1].id, .standardError, Array("no space".utf8)),
        .failed(plan.steps[1], failure, .milliseconds(1_234)),
        .skipped(plan.steps[2], because: plan.steps[1].id),
        .skipped(plan.steps[3], because: plan.steps[1].id),
    ]

    static let failure = StepFailure(
        step: plan.steps[1].id, message: "the script 'postgres.sh' ended with exit status 3", help: "correct the script"
    )

    /// The report of that run.
    static var report: ExecutionReport {
        var report = ExecutionReport()
        report.finished = [plan.steps[0].id]
        report.failures = [failure]
        report.skipped = [plan.steps[3].id]
        return report
    }
}
