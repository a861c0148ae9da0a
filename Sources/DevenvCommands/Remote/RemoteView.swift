import DevenvModel
import DevenvPluginAPI
import Synchronization

/// Shows what a command writes in several machines. Called from several threads.
protocol RemoteView: Sendable {
    /// A machine wrote something.
    func show(_ machine: MachineName, _ stream: OutputStream, _ bytes: [UInt8])
    /// All have ended, and with them the command.
    func end(_ outcomes: [RemoteRun.Outcome], _ status: ExitStatus, isQuiet: Bool)
}

/// The output of one machine, byte for byte.
struct RawRemoteView: RemoteView {
    private let console: Console

    init(_ console: Console) { self.console = console }

    func show(_ machine: MachineName, _ stream: OutputStream, _ bytes: [UInt8]) {
        console.write(bytes, toAnswers: stream == .standardOutput)
    }

    func end(_ outcomes: [RemoteRun.Outcome], _ status: ExitStatus, isQuiet: Bool) {
        for outcome in outcomes {
            guard case .failure(let error) = outcome.result else { continue }
            FailureText.write(
                .failed("running the command in machine '\(outcome.name)': \(error.message)"), to: console)
        }
    }
}

/// The lines of several machines, put together from chunks.
final class RemoteLines: Sendable {
    private struct Key: Hashable {
        let machine: MachineName
        let stream: OutputStream
    }

    private let show: @Sendable (MachineName, OutputStream, [String]) -> Void
    private let splitters = Mutex<[Key: LineSplitter]>([:])

    /// Hands lines on as they are complete, never from two threads at once.
    init(show: @escaping @Sendable (MachineName, OutputStream, [String]) -> Void) { self.show = show }

    func feed(_ machine: MachineName, _ stream: OutputStream, _ bytes: [UInt8]) {
        splitters.withLock { splitters in
            let lines = splitters[Key(machine: machine, stream: stream), default: LineSplitter()].feed(bytes)
            if !lines.isEmpty { show(machine, stream, lines) }
        }
    }

    func finish() {
        splitters.withLock { splitters in
            for (key, var splitter) in splitters.sorted(by: { $0.key.machine < $1.key.machine }) {
                if let rest = splitter.finish() { show(key.machine, key.stream, [rest]) }
            }
            splitters = [:]
        }
    }
}

/// The output of several machines, line by line, with their names.
struct PrefixedRemoteView: RemoteView {
    private let console: Console
    private let lines: RemoteLines

    init(_ console: Console, _ names: [MachineName]) {
        self.console = console
        let width = min(20, names.map(\.rawValue.count).max() ?? 0)
        lines = RemoteLines { machine, stream, lines in
            let prefix = DisplayWidth.pad(machine.rawValue, to: width) + " | "
            let text = lines.map { prefix + SafeText.clean($0) + "\n" }.joined()
            console.write(Array(text.utf8), toAnswers: stream == .standardOutput)
        }
    }

    func show(_ machine: MachineName, _ stream: OutputStream, _ bytes: [UInt8]) { lines.feed(machine, stream, bytes) }

    func end(_ outcomes: [RemoteRun.Outcome], _ status: ExitStatus, isQuiet: Bool) {
        lines.finish()
        let failed = outcomes.filter { !$0.isSuccess }
        let style = console.messages.style
        for outcome in failed { console.say("\(style.paint("error", .bad)): \(outcome.name): \(outcome.account)\n") }
        guard !isQuiet else { return }
        let all = Phrase.count(outcomes.count, "machine")
        console.say(failed.isEmpty ? "Succeeded on \(all).\n" : "Failed on \(failed.count) of \(all).\n")
    }
}

/// The output as JSON, one object per line.
struct JSONRemoteView: RemoteView {
    private let console: Console
    private let lines: RemoteLines

    init(_ console: Console) {
        self.console = console
        lines = RemoteLines { machine, stream, lines in
            for line in lines { Self.print(EventLine.output(nil, machine: machine, stream, line), console) }
        }
    }

    func show(_ machine: MachineName, _ stream: OutputStream, _ bytes: [UInt8]) { lines.feed(machine, stream, bytes) }

    func end(_ outcomes: [RemoteRun.Outcome], _ status: ExitStatus, isQuiet: Bool) {
        lines.finish()
        Self.print(ExecResultLine(outcomes, status), console)
    }

    private static func print(_ line: some Encodable, _ console: Console) {
        // Texts and numbers can always be encoded.
        if let text = try? JSONText.line(line) { console.answer(text) }
    }
}
