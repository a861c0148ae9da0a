import DevenvModel
import DevenvPluginAPI
import Synchronization

/// Shows the whole output of one machine after that of another: the first that has not ended as it comes, and of those behind
/// it what they have written so far when their turn comes.
final class GroupedRemoteView: RemoteView {
    private struct State {
        /// The machines whose turn has not ended, in their order.
        var order: ArraySlice<MachineName>
        var waiting: [MachineName: OutputSpool] = [:]
        var ended: Set<MachineName> = []
    }

    private let view: any RemoteView
    private let state: Mutex<State>

    /// Hands the output on to a view, machine by machine.
    init(_ view: any RemoteView, _ names: [MachineName]) {
        self.view = view
        state = Mutex(State(order: names[...]))
    }

    func show(_ machine: MachineName, _ stream: OutputStream, _ bytes: [UInt8]) {
        state.withLock { state in
            if machine == state.order.first { return view.show(machine, stream, bytes) }
            state.waiting[machine, default: OutputSpool()].append(stream, bytes)
        }
    }

    func ended(_ machine: MachineName) {
        state.withLock { state in
            state.ended.insert(machine)
            while let first = state.order.first, state.ended.contains(first) {
                view.ended(first)
                state.order.removeFirst()
                guard let next = state.order.first, var spool = state.waiting.removeValue(forKey: next) else {
                    continue
                }
                spool.drain { view.show(next, $0, $1) }
            }
        }
    }

    func end(_ outcomes: [RemoteRun.Outcome], _ status: ExitStatus, isQuiet: Bool) {
        view.end(outcomes, status, isQuiet: isQuiet)
    }
}

/// The output of machines that come one after the other, each under its name.
final class HeadedRemoteView: RemoteView {
    private let console: Console
    private let lines: RemoteLines

    init(_ console: Console) {
        self.console = console
        let headed = Mutex<MachineName?>(nil)
        lines = RemoteLines { machine, stream, lines in
            let former = headed.withLock { headed in
                defer { headed = machine }
                return headed
            }
            if former != machine {
                let heading = console.answers.style.paint("==> \(machine) <==", .strong)
                console.answer("\(former == nil ? "" : "\n")\(heading)\n")
            }
            let text = lines.map { SafeText.clean($0) + "\n" }.joined()
            console.write(Array(text.utf8), toAnswers: stream == .standardOutput)
        }
    }

    func show(_ machine: MachineName, _ stream: OutputStream, _ bytes: [UInt8]) { lines.feed(machine, stream, bytes) }

    func ended(_ machine: MachineName) { lines.finish(machine) }

    func end(_ outcomes: [RemoteRun.Outcome], _ status: ExitStatus, isQuiet: Bool) {
        lines.finish()
        RemoteSummary.say(outcomes, console, isQuiet: isQuiet)
    }
}
