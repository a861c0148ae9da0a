import Glibc
import Subprocess
import Synchronization
package import SystemPackage

/// A program of this host that runs in the background, with a socket of ours as its standard input and output. It has a
/// process group of its own, which is ended when nobody holds this object any more.
package final class ConnectedProgram: Sendable {
    private let run: Task<Result<ToolOutcome, ToolError>, Never>

    /// Starts a program. The caller owns the socket, which never blocks: it ends when the program does, whether that could
    /// be started or not; `end` says why.
    package static func start(_ words: [String]) throws(Errno) -> (program: ConnectedProgram, socket: FileDescriptor) {
        let (own, its) = try socketPair()
        return (ConnectedProgram(words, its), own)
    }

    private init(_ words: [String], _ socket: FileDescriptor) {
        let call = ToolInvocation(words.first ?? "", Array(words.dropFirst()))
        run = Task.detached { await Self.result(of: call, socket) }
    }

    deinit { run.cancel() }

    /// Ends the program, if it has not ended by itself within the grace period, and says what came of it.
    @discardableResult
    package func end(grace: Duration = .zero) async -> Result<ToolOutcome, ToolError> {
        let end = Task {
            try? await Task.sleep(for: grace)  // cancelled when the program has ended
            run.cancel()
        }
        let result = await run.value
        end.cancel()
        return result
    }

    private static func result(
        of call: ToolInvocation, _ socket: FileDescriptor
    ) async -> Result<ToolOutcome, ToolError> {
        let traces = Traces(socket)
        defer { traces.remove() }
        do {
            let result = try await Subprocess.run(
                SystemToolRunner.configuration(call),
                input: .fileDescriptor(socket, closeAfterSpawningProcess: false),
                output: .fileDescriptor(socket, closeAfterSpawningProcess: false), error: .sequence
            ) { execution in
                traces.begin(execution.processIdentifier.value)
                for try await chunk in execution.standardError { traces.note(chunk.withUnsafeBytes { Array($0) }) }
            }
            if Task.isCancelled { return .failure(SystemToolRunner.cancelled(call)) }
            let status = SystemToolRunner.status(result.terminationStatus)
            return .success(ToolOutcome(status: status, standardError: traces.complaint))
        } catch {
            return .failure(SystemToolRunner.translate(error, call))
        }
    }

    private static func socketPair() throws(Errno) -> (own: FileDescriptor, its: FileDescriptor) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Errno(rawValue: errno) }
        // only ours: the flag belongs to the open file, and programs expect to be able to wait
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }
}

/// What a program leaves: our copy of its socket, the processes of its group, the last that it said.
private final class Traces: Sendable {
    private struct State {
        var copy: FileDescriptor?
        var group: pid_t?
        var complaint: [UInt8] = []
    }

    private let state: Mutex<State>

    init(_ socket: FileDescriptor) { state = Mutex(State(copy: socket)) }

    /// The last kilobytes of its error output.
    var complaint: [UInt8] { state.withLock(\.complaint) }

    /// The program runs, with a socket of its own: ours would keep the connection open after its end.
    func begin(_ process: pid_t) {
        state.withLock { $0.group = process }
        closeCopy()
    }

    func note(_ bytes: [UInt8]) { state.withLock { $0.complaint = Array(($0.complaint + bytes).suffix(4096)) } }

    /// What the program started may outlive it. A group's number is not given away as long as it has members.
    func remove() {
        if let group = state.withLock(\.group) { kill(-group, SIGKILL) }
        closeCopy()
    }

    private func closeCopy() {
        let copy = state.withLock { state in
            defer { state.copy = nil }
            return state.copy
        }
        try? copy?.close()  // nothing of ours was written to it
    }
}
