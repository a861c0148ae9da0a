import DevenvModel
import DevenvPluginAPI
import Synchronization

/// Shows what a command writes in several machines. Called from several threads.
protocol RemoteView: Sendable {
    /// A machine wrote something.
    func show(_ machine: MachineName, _ stream: OutputStream, _ bytes: [UInt8])
    /// What a machine wrote is complete.
    func ended(_ machine: MachineName)
    /// All have ended, and with them the command.
    func end(_ outcomes: [RemoteRun.Outcome], _ status: ExitStatus, isQuiet: Bool)
}

extension RemoteView {
    /// Most show everything as it comes.
    func ended(_ machine: MachineName) {}
}

/// The output of one machine, byte for byte, as long as somebody reads it: `devenv exec -- yes | head -1` ends.
struct RawRemoteView: RemoteView {
    private let console: Console

    init(_ console: Console) { self.console = console }

    func show(_ machine: MachineName, _ stream: OutputStream, _ bytes: [UInt8]) {
        console.write(bytes, toAnswers: stream == .standardOutput)
        if stream == .standardOutput { Console.endUnlessHeard() }
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

    /// Hands on what stands after the last line's end, of one machine or of all.
    func finish(_ machine: MachineName? = nil) {
        splitters.withLock { splitters in
            let over = splitters.filter { machine == nil || $0.key.machine == machine }
            for (key, var splitter) in over.sorted(by: { $0.key.machine < $1.key.machine }) {
                if let rest = splitter.finish() { show(key.machine, key.stream, [rest]) }
                splitters[key] = nil
            }
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
        RemoteSummary.say(outcomes, console, isQuiet: isQuiet)
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

    func ended(_ machine: MachineName) { lines.finish(machine) }

    func end(_ outcomes: [RemoteRun.Outcome], _ status: ExitStatus, isQuiet: Bool) {
        lines.finish()
        Self.print(ExecResultLine(outcomes, status), console)
    }

    private static func print(_ line: some Encodable, _ console: Console) {
        // Texts and numbers can always be encoded.
        if let text = try? JSONText.line(line) { console.answer(text) }
    }
}
