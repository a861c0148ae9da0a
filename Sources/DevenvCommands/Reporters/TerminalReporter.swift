import DevenvDownload
package import DevenvEngine
import DevenvModel
import Synchronization

/// A live block with a line for each machine at work, which becomes a permanent line when the machine is done.
package final class TerminalReporter: Reporter {
    private struct State {
        var block = LiveBlock()
        var order: [MachineName] = []
        var machines: [MachineName: MachineProgress] = [:]
        var output = StepOutput()
        var frame = 0
        var notices: Set<String> = []
        var nameWidth = 0
    }

    private let console: Console
    private let size: @Sendable () -> (columns: Int, rows: Int)
    private let isForeground: @Sendable () -> Bool
    private let now: @Sendable () -> ContinuousClock.Instant
    private let ticker = Ticker()
    private let state = Mutex(State())

    /// Makes a reporter. `size` is asked before each frame, as the window may change; and whether the terminal is ours, as a
    /// command can go into the background and come back.
    package init(
        _ console: Console, size: @escaping @Sendable () -> (columns: Int, rows: Int) = Console.terminalSize,
        isForeground: @escaping @Sendable () -> Bool = Console.isForeground,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.console = console
        self.size = size
        self.isForeground = isForeground
        self.now = now
    }

    /// Says how much there is to do, and starts to paint ten times a second.
    package func begin(_ plan: Plan) {
        state.withLock { state in
            state.order = plan.machines
            state.nameWidth = plan.machines.map(\.rawValue.count).max() ?? 0
            for (name, steps) in plan.stepsByMachine { state.machines[name] = MachineProgress(name, steps) }
            console.say(PlanText.summary(plan) + "\n")
        }
        ticker.start { [weak self] in self?.refresh() }
    }

    /// Takes an event in; what is permanent is written at once, the block at the next frame.
    package func handle(_ event: Event) {
        state.withLock { state in
            let permanent = note(event, &state)
            if !permanent.isEmpty { paint(&state, permanent) }
        }
    }

    /// Paints the next frame.
    package func refresh() {
        state.withLock { state in
            guard !state.order.isEmpty else { return }
            state.frame += 1
            paint(&state, "")
        }
    }

    /// Takes the block away and writes the last words.
    package func end(_ outcome: Outcome) {
        ticker.stop()
        state.withLock { state in
            state.order = []
            let (columns, rows) = size()
            console.say(state.block.erase(columns: columns, rows: rows))
            console.say(OutcomeText(style: console.messages.style).render(outcome))
        }
    }

    private func paint(_ state: inout State, _ permanent: String) {
        guard isForeground() else {
            // the user types at a prompt, where a frame would be in the way, and only what stays is worth it
            state.block.forget()
            if !permanent.isEmpty { console.say(permanent) }
            return
        }
        let (columns, rows) = size()
        let lines = ProgressLines(
            style: console.messages.style, isUnicode: console.messages.isUnicode, frame: state.frame, now: now())
        let open = state.order.compactMap { state.machines[$0] }
        let block = lines.render(open, columns: columns, rows: rows, nameWidth: state.nameWidth)
        console.say(state.block.paint(block, below: permanent, columns: columns, rows: rows))
    }

    /// Takes the event in and returns the text that stays.
    private func note(_ event: Event, _ state: inout State) -> String {
        switch event {
        case .started(let step):
            state.machines[step.id.machine]?.start(step, at: now())
            return ""
        case .output(let id, let stream, let bytes):
            _ = state.output.feed(id, stream, bytes)
            let recent = state.output.recent(id, stream, count: StepProgress.kept)
            state.machines[id.machine]?.update(id) { $0.show(recent) }
            return ""
        case .finished(let step, let duration):
            _ = state.output.finish(step.id)
            _ = state.output.takeTail(of: step.id)
            return end(of: step.id.machine, &state) { $0.succeed(step, after: duration) }
        case .failed(let step, let failure, let duration):
            _ = state.output.finish(step.id)
            let tail = state.output.takeTail(of: step.id)
            let text =
                failure.isCancellation
                ? closing(state).interruption(step) : closing(state).failure(step, duration, tail)
            return text + end(of: step.id.machine, &state) { $0.fail(step) }
        case .skipped(let step, _):
            return end(of: step.id.machine, &state) { $0.skip(step) }
        case .download(let id, .progress(let progress)):
            state.machines[id.machine]?.update(id) { $0.show(progress) }
            return ""
        case .download(let id, let event):
            if let line = DownloadText.line(event) { state.machines[id.machine]?.update(id) { $0.show([line]) } }
            return ""
        case .packaged(let machine, let box): return "\(machine): " + SafeText.clean(box.account) + "\n"
        case .notice(let machine, let text):
            // what is true of several machines is told once
            guard state.notices.insert(text).inserted else { return "" }
            return (machine.map { "\($0): " } ?? "") + SafeText.clean(text) + "\n"
        }
    }

    /// Takes the end of a step in; the machine leaves the block with its last one.
    private func end(
        of name: MachineName, _ state: inout State, _ change: (inout MachineProgress) -> Void
    ) -> String {
        guard var machine = state.machines[name] else { return "" }
        change(&machine)
        state.machines[name] = machine
        guard machine.state == .done || machine.state == .failed else { return "" }
        state.order.removeAll { $0 == name }
        return closing(state).closing(machine, at: now())
    }

    private func closing(_ state: State) -> ClosingLines {
        ClosingLines(
            style: console.messages.style, isUnicode: console.messages.isUnicode,
            nameWidth: state.nameWidth, columns: size().columns)
    }
}
