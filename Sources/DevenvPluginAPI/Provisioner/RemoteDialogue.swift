import Synchronization

/// What one run of a `RemoteProgram` has said so far.
final class RemoteDialogue: Sendable {
    fileprivate struct State {
        var standardOutput: MarkedOutput
        var standardError: MarkedOutput
        var boot: String?
        var last: MarkedOutput.Mark?
    }

    /// Ends when the program has ended: its input may be closed.
    let released: AsyncStream<Never>
    /// Ends when the program has ended: nothing more of its output will come.
    let ended: AsyncStream<Never>
    private let over: @Sendable () -> Void
    private let state: Mutex<State>
    private let output: OutputHandler

    /// Starts on a program with this marker.
    init(marker: String, output: @escaping OutputHandler) {
        let marked = MarkedOutput(marker: marker)
        state = Mutex(State(standardOutput: marked, standardError: marked))
        self.output = output
        let (released, release) = AsyncStream.makeStream(of: Never.self)
        let (ended, end) = AsyncStream.makeStream(of: Never.self)
        self.released = released
        self.ended = ended
        over = {
            release.finish()
            end.finish()
        }
    }

    /// Takes a piece of output.
    func take(_ stream: OutputStream, _ bytes: [UInt8]) {
        let (own, isOver) = state.withLock { state in
            let (own, marks) =
                stream == .standardOutput ? state.standardOutput.take(bytes) : state.standardError.take(bytes)
            for mark in marks { state.note(mark) }
            return (own, state.standardOutput.isOver && state.standardError.isOver)
        }
        if !own.isEmpty { output(stream, own) }
        if isOver { over() }
    }

    /// What came of the run; `result` is nil where its channel was closed after the program had ended.
    func outcome(of result: Result<RemoteExit, CommunicatorError>?) -> RemoteProgramOutcome {
        flush()
        let state = state.withLock { $0 }
        switch state.last {
        case .end(let status): return .ended(status: status, boot: state.boot ?? "")
        case .fail(let reason): return .refused(reason: reason)
        case .begin, nil: break
        }
        switch result {
        case .failure(let error): return .unreachable(error, boot: state.boot)
        case .success(let exit):
            guard let boot = state.boot else { return .notStarted(exit, complaint: state.complaint) }
            return .brokenOff(exit, boot: boot)
        case nil:
            return .unreachable(CommunicatorError(.cancelled, "the command was interrupted"), boot: state.boot)
        }
    }

    private func flush() {
        let (standardOutput, standardError) = state.withLock { state in
            (state.standardOutput.finish(), state.standardError.finish())
        }
        if !standardOutput.isEmpty { output(.standardOutput, standardOutput) }
        if !standardError.isEmpty { output(.standardError, standardError) }
    }
}

extension RemoteDialogue.State {
    fileprivate mutating func note(_ mark: MarkedOutput.Mark) {
        if case .begin(let boot) = mark { self.boot = boot } else { last = mark }
    }

    /// The last lines that were written before the program began, as one line.
    fileprivate var complaint: String {
        let lines = (standardError.preamble + standardOutput.preamble).split(whereSeparator: { $0 == 10 || $0 == 13 })
        return lines.suffix(3).map { String(decoding: $0, as: UTF8.self) }.joined(separator: "; ")
    }
}
