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

    private static func result(of call: ToolInvocation, _ socket: FileDescriptor) async -> Result<
        ToolOutcome, ToolError
    > {
        let copy = Mutex<FileDescriptor?>(socket)
        // once the program has its own, ours would keep the connection open after its end
        let closeCopy: @Sendable () -> Void = { try? copy.withLock { $0.take() }?.close() }
        defer { closeCopy() }
        do {
            let complaint = Mutex<[UInt8]>([])
            let group = Mutex<pid_t?>(nil)
            // what the program started may outlive it; a group's number is not given away while it has members
            defer { if let group = group.withLock({ $0 }) { kill(-group, SIGKILL) } }
            let result = try await Subprocess.run(
                SystemToolRunner.configuration(call),
                input: .fileDescriptor(socket, closeAfterSpawningProcess: false),
                output: .fileDescriptor(socket, closeAfterSpawningProcess: false), error: .sequence
            ) { execution in
                closeCopy()
                group.withLock { $0 = execution.processIdentifier.value }
                for try await chunk in execution.standardError {
                    let bytes = chunk.withUnsafeBytes { Array($0) }
                    complaint.withLock { $0 = Array(($0 + bytes).suffix(4096)) }
                }
            }
            if Task.isCancelled { return .failure(SystemToolRunner.cancelled(call)) }
            let status = SystemToolRunner.status(result.terminationStatus)
            return .success(ToolOutcome(status: status, standardError: complaint.withLock { $0 }))
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
