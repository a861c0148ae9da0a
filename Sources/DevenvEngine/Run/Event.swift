package import DevenvBoxes
package import DevenvDownload
package import DevenvModel
package import DevenvPluginAPI

/// What happens while a plan is carried out, for whoever shows it.
package enum Event: Sendable {
    /// A step begins.
    case started(Step)
    /// A step has succeeded, after this time.
    case finished(Step, Duration)
    /// A step has failed, after this time.
    case failed(Step, StepFailure, Duration)
    /// A step was not begun, as the named one, which it rests on, failed or was itself skipped.
    case skipped(Step, because: StepID)
    /// A machine wrote something while a step ran in it. Secrets are masked.
    case output(StepID, OutputStream, [UInt8])
    /// A box that a step gets comes along.
    case download(StepID, DownloadEvent)
    /// A box was made of a machine.
    case packaged(MachineName, BoxRecord)
    /// Something the user should know, not tied to a step's end.
    case notice(MachineName?, String)
}

/// Receives events, in order, never twice at once.
package typealias EventHandler = @Sendable (Event) -> Void

/// Why a step failed.
package struct StepFailure: Error, Hashable, Sendable {
    /// The step.
    package let step: StepID
    /// What was attempted, on what, and why it failed; lower case, without a full stop.
    package let message: String
    /// What to do about it.
    package let help: String?
    /// What else is known about it, a line each, such as the last that the machine said.
    package let details: [String]
    /// Whether the user interrupted it.
    package let isCancellation: Bool

    /// Makes a failure.
    package init(
        step: StepID, message: String, help: String? = nil, details: [String] = [], isCancellation: Bool = false
    ) {
        self.step = step
        self.message = message
        self.help = help
        self.details = details
        self.isCancellation = isCancellation
    }
}

/// What came of a plan.
package struct ExecutionReport: Sendable {
    /// The steps that succeeded, in the order in which they ended.
    package var finished: [StepID] = []
    /// The steps that failed, in the order in which they ended.
    package var failures: [StepFailure] = []
    /// The steps that were not begun.
    package var skipped: [StepID] = []
    /// Whether the user interrupted it.
    package var wasInterrupted = false
    /// What was seen of the machines that were reached, and whose steps then all went well.
    package var reached: [MachineName: MachineObservation] = [:]

    /// Makes an empty report.
    package init() {}

    /// The machines with a failed or skipped step.
    package var failedMachines: Set<MachineName> { Set(failures.map(\.step.machine) + skipped.map(\.machine)) }
}
