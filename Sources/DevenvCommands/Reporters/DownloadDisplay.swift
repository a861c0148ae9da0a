import DevenvDownload
import Synchronization

/// Shows one download: a line that is painted again and again on a terminal, a line every few seconds elsewhere, an object a second
/// with `--json`.
final class DownloadDisplay: Sendable {
    private struct State {
        var isPainted = false
        var shown: ContinuousClock.Instant?
    }

    private let console: Console
    private let output: OutputOptions
    private let subject: String
    private let event: String
    private let state = Mutex(State())

    /// `event` is what its lines are called with `--json`.
    init(_ subject: String, _ output: OutputOptions, _ context: CommandContext, event: String = "download") {
        self.subject = subject
        self.event = event
        self.output = output
        console = context.console
    }

    /// Takes an event.
    func handle(_ event: DownloadEvent) {
        state.withLock { state in
            if output.json { return print(event, &state) }
            guard !output.quiet else { return }
            if case .progress(let progress) = event { return show(progress, &state) }
            guard let line = DownloadText.line(event) else { return }
            console.say(erase(&state) + SafeText.clean("\(subject): \(line)") + "\n")
        }
    }

    /// Takes the painted line away.
    func end() {
        state.withLock { state in
            let text = erase(&state)
            if !text.isEmpty { console.say(text) }
        }
    }

    private func show(_ progress: DownloadProgress, _ state: inout State) {
        guard console.messages.isTerminal else {
            guard isDue(&state, every: .seconds(10)) else { return }
            return console.say(SafeText.singleLine("\(subject): \(DownloadText.progress(progress))") + "\n")
        }
        let columns = max(2, Console.terminalSize().columns - 1)
        let head = SafeText.singleLine(subject) + ": "
        let bar = ProgressBar(isUnicode: console.messages.isUnicode)
            .text(progress, columns: max(1, columns - DisplayWidth.of(head)))
        console.say(erase(&state) + DisplayWidth.truncate(head + bar, to: columns))
        state.isPainted = true
    }

    private func print(_ event: DownloadEvent, _ state: inout State) {
        if case .progress(let progress) = event, progress.received != progress.total {
            guard isDue(&state, every: .seconds(1)) else { return }
        }
        // texts and numbers can always be encoded
        if let line = try? JSONText.line(DownloadLine(subject, event, called: self.event)) { console.answer(line) }
    }

    private func isDue(_ state: inout State, every pause: Duration) -> Bool {
        let now = ContinuousClock.now
        guard let shown = state.shown else {
            state.shown = now
            return false
        }
        guard now - shown >= pause else { return false }
        state.shown = now
        return true
    }

    private func erase(_ state: inout State) -> String {
        defer { state.isPainted = false }
        return state.isPainted ? "\r\u{1B}[K" : ""
    }
}

/// An event of a download with `--json`.
struct DownloadLine: Encodable {
    let schema = JSONText.schema
    let event: String
    let subject: String
    let state: String
    var machine: String?
    var step: String?
    var received: Int64?
    var total: Int64?
    var rate: Int64?
    var remainingSeconds: Int64?
    var process: Int?
    var message: String?

    private enum CodingKeys: String, CodingKey {
        case schema, event, subject, state, machine, step, received, total, rate, remainingSeconds, process, message
    }

    init(
        _ subject: String, _ event: DownloadEvent, called name: String = "download", machine: String? = nil,
        step: String? = nil
    ) {
        self.subject = subject
        self.event = name
        self.machine = machine
        self.step = step
        switch event {
        case .waiting(let process):
            state = "waiting"
            self.process = process
        case .started(let offset, let total):
            state = "started"
            received = offset
            self.total = total
        case .progress(let progress):
            state = "progress"
            received = progress.received
            total = progress.total
            rate = progress.rate
            remainingSeconds = progress.remaining?.components.seconds
        case .retrying(let reason, _):
            state = "retrying"
            message = reason
        case .startingOver(let reason):
            state = "starting-over"
            message = reason
        }
    }
}
