import DevenvEngine
import DevenvModel
import DevenvPluginAPI

/// One event of an action with `--json`.
struct EventLine: Encodable {
    let schema = JSONText.schema
    let event: String
    var machine: String?
    var step: String?
    var reasons: [String]?
    var seconds: Double?
    var message: String?
    var help: String?
    var details: [String]?
    var interrupted: Bool?
    var because: StepReference?
    var stream: String?
    var text: String?

    private enum CodingKeys: String, CodingKey {
        case schema, event, machine, step, reasons, seconds, message, help, details, interrupted, because, stream, text
    }

    private init(_ event: String, _ id: StepID?) {
        self.event = event
        machine = id?.machine.rawValue
        step = id?.action.description
    }

    /// The line of an event; output is given line by line by `output`.
    static func make(_ event: Event) -> EventLine? {
        switch event {
        case .started(let step):
            var line = EventLine("started", step.id)
            line.reasons = step.reasons
            return line
        case .finished(let step, let duration):
            var line = EventLine("finished", step.id)
            line.seconds = duration.inSeconds
            return line
        case .failed(let step, let failure, let duration):
            var line = EventLine("failed", step.id)
            line.seconds = duration.inSeconds
            line.message = failure.message
            line.help = failure.help
            line.details = failure.details.isEmpty ? nil : failure.details
            line.interrupted = failure.isCancellation
            return line
        case .skipped(let step, let cause):
            var line = EventLine("skipped", step.id)
            line.because = StepReference(cause)
            return line
        case .notice(let machine, let text):
            var line = EventLine("notice", nil)
            line.machine = machine?.rawValue
            line.message = text
            return line
        case .output, .download, .packaged: return nil
        }
    }

    /// A line that a machine wrote.
    static func output(_ id: StepID?, machine: MachineName, _ stream: OutputStream, _ text: String) -> EventLine {
        var line = EventLine("output", id)
        line.machine = machine.rawValue
        line.stream = stream.rawValue
        line.text = text
        return line
    }
}

extension Duration {
    /// The time in seconds, to the millisecond.
    var inSeconds: Double { Double(milliseconds) / 1_000 }
}
