import DevenvDownload
package import DevenvEngine
import DevenvModel
import Synchronization

/// Lines with the machine's name before them, for files, pipes and continuous integration.
package final class PlainReporter: Reporter {
    private struct State {
        var nameWidth = 0
        var output = StepOutput()
        var waiting: Set<MachineName> = []
        var pace = DownloadPace(every: .seconds(10))
        var notices: Set<String> = []
    }

    private let console: Console
    private let isQuiet: Bool
    private let state = Mutex(State())

    /// Makes a reporter; a quiet one shows failures only.
    package init(_ console: Console, isQuiet: Bool = false) {
        self.console = console
        self.isQuiet = isQuiet
    }

    /// Says how much there is to do.
    package func begin(_ plan: Plan) {
        state.withLock { state in
            state.nameWidth = min(20, plan.machines.map(\.rawValue.count).max() ?? 0)
            if !isQuiet { console.say(PlanText.summary(plan) + "\n") }
        }
    }

    /// Writes the lines that belong to an event.
    package func handle(_ event: Event) {
        state.withLock { state in
            let lines = Self.lines(of: event, &state, isQuiet: isQuiet)
            if !lines.isEmpty { console.say(lines.map { $0 + "\n" }.joined()) }
        }
    }

    /// Writes the last words.
    package func end(_ outcome: Outcome) {
        state.withLock { _ in
            console.say(OutcomeText(style: console.messages.style, isQuiet: isQuiet).render(outcome))
        }
    }

    private static func lines(of event: Event, _ state: inout State, isQuiet: Bool) -> [String] {
        switch event {
        case .started(let step):
            let reasons = step.reasons.isEmpty ? "" : " (\(step.reasons.joined(separator: "; ")))"
            return isQuiet ? [] : [line(step.id, "==> \(step.id.action)\(reasons)", state)]
        case .output(let id, let stream, let bytes):
            let lines = state.output.feed(id, stream, bytes)
            return isQuiet ? [] : lines.map { line(id, $0, state) }
        case .finished(let step, let duration):
            let rest = state.output.finish(step.id)
            _ = state.output.takeTail(of: step.id)
            let end = "==> \(step.id.action): done in \(duration.brief)"
            return isQuiet ? [] : (rest + [end]).map { line(step.id, $0, state) }
        case .failed(let step, let failure, let duration):
            let rest = state.output.finish(step.id)
            let tail = state.output.takeTail(of: step.id)
            let end =
                "==> \(step.id.action): \(failure.isCancellation ? "interrupted" : "failed") after \(duration.brief)"
            return ((isQuiet ? tail : rest) + [end]).map { line(step.id, $0, state) }
        case .skipped(let step, let cause):
            // a machine's own failure has been told, and one line for all that rests on another machine's is enough
            guard cause.machine != step.id.machine, state.waiting.insert(step.id.machine).inserted else { return [] }
            return [line(step.id, "==> \(step.id.action): skipped, as '\(cause)' did not succeed", state)]
        case .download(let id, let event):
            guard !isQuiet, state.pace.isDue(event, of: id) else { return [] }
            if case .progress(let progress) = event { return [line(id, DownloadText.progress(progress), state)] }
            return DownloadText.line(event).map { [line(id, $0, state)] } ?? []
        case .packaged(let machine, let box): return [prefix(machine, state) + SafeText.clean(box.account)]
        case .notice(let machine, let text):
            // what is true of several machines is told once
            guard state.notices.insert(text).inserted else { return [] }
            guard let machine else { return [SafeText.clean(text)] }
            return [prefix(machine, state) + SafeText.clean(text)]
        }
    }

    private static func line(_ step: StepID, _ text: String, _ state: State) -> String {
        prefix(step.machine, state) + SafeText.clean(text)
    }

    private static func prefix(_ machine: MachineName, _ state: State) -> String {
        DisplayWidth.pad(machine.rawValue, to: state.nameWidth) + " | "
    }
}
