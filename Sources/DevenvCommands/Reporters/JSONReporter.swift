import DevenvBoxes
import DevenvDownload
package import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import Synchronization

/// One JSON object per line on standard output: the plan, the events, then one `result`.
package final class JSONReporter: Reporter {
    private let console: Console
    private let output = Mutex(StepOutput())
    /// What was made of a machine, for the result.
    private let box = Mutex<BoxRecord?>(nil)
    private let pace = Mutex(DownloadPace(every: .seconds(1)))

    /// Makes a reporter.
    package init(_ console: Console) { self.console = console }

    /// Prints the plan.
    package func begin(_ plan: Plan) { print(PlanDocument(plan, event: "plan")) }

    /// Prints an event; output as one line of JSON for each line of text.
    package func handle(_ event: Event) {
        output.withLock { output in
            switch event {
            case .output(let id, let stream, let bytes):
                for line in output.feed(id, stream, bytes) {
                    print(EventLine.output(id, machine: id.machine, stream, line))
                }
            case .finished(let step, _), .failed(let step, _, _):
                for line in output.finish(step.id) {
                    print(EventLine.output(step.id, machine: step.id.machine, .standardOutput, line))
                }
                _ = output.takeTail(of: step.id)
                if let line = EventLine.make(event) { print(line) }
            case .download(let id, let event):
                guard pace.withLock({ $0.isDue(event, of: id) }) else { return }
                print(DownloadLine(id.action.subject, event, machine: id.machine.rawValue, step: id.action.description))
            case .packaged(_, let record): box.withLock { $0 = record }
            default:
                if let line = EventLine.make(event) { print(line) }
            }
        }
    }

    /// Prints the result.
    package func end(_ outcome: Outcome) {
        var line = ResultLine(outcome)
        line.box = box.withLock { $0 }.map { BoxObject($0, users: []) }
        print(line)
    }

    private func print(_ line: some Encodable) {
        // The lines hold texts and finite numbers only, which can always be encoded.
        if let text = try? JSONText.line(line) { console.answer(text) }
    }
}
