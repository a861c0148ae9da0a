package import DevenvPluginAPI
import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// A communicator that hands the command to a shell of this host, as sshd hands it to the login shell: for tests of what
/// the commands do in a shell. Like an SSH channel, a run ends when the outputs are closed, not when the shell has ended.
package struct ProcessCommunicator: Communicator {
    private let shell: [String]
    private let environment: [String: String]

    /// Makes one for a shell, which is given `-c` and the command; a prefix such as `setpriv …` may come before it.
    package init(shell: [String] = ["/bin/sh"], environment: [String: String] = [:]) {
        self.shell = shell
        self.environment = environment
        // writing to a shell that has ended is an error to handle, not the end of the tests
        signal(SIGPIPE, SIG_IGN)
    }

    /// The host is always ready.
    package func waitUntilReady(timeout: Duration) async throws(CommunicatorError) {}

    /// There is no connection to close.
    package func close() async {}

    /// Runs a command.
    package func run(_ command: RemoteCommand, output: @escaping OutputHandler)
        async throws(CommunicatorError) -> RemoteExit
    {
        let result = await withTaskGroup(of: Result<RemoteExit, CommunicatorError>.self) { group in
            group.addTask { await execute(command, output) }
            if let timeout = command.timeout {
                group.addTask {
                    do { try await Task.sleep(for: timeout) } catch { return .failure(cancelled) }
                    return .failure(CommunicatorError(.timedOut, "the command took longer than \(timeout)"))
                }
            }
            let first = await group.next() ?? .failure(cancelled)
            group.cancelAll()
            await group.waitForAll()
            return first
        }
        return try result.get()
    }

    private var cancelled: CommunicatorError { CommunicatorError(.cancelled, "the command was interrupted") }

    private func execute(_ command: RemoteCommand, _ output: @escaping OutputHandler)
        async -> Result<RemoteExit, CommunicatorError>
    {
        do {
            let receiver = SerialOutput(output)
            let result = try await Subprocess.run(
                configuration(command), input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    group.addTask {
                        try? await Self.feed(command.input, to: execution.standardInputWriter)  // it may have ended
                        return 0
                    }
                    group.addTask { try await receiver.drain(execution.standardOutput, .standardOutput) }
                    group.addTask { try await receiver.drain(execution.standardError, .standardError) }
                    var closed = 0
                    while closed < 2, let count = try await group.next() { closed += count }
                    group.cancelAll()
                }
            }
            if Task.isCancelled { return .failure(cancelled) }
            return .success(Self.exit(result.terminationStatus))
        } catch {
            return .failure(Task.isCancelled ? cancelled : CommunicatorError(.failed, "\(error)"))
        }
    }

    private func configuration(_ command: RemoteCommand) -> Configuration {
        var updates: [Environment.Key: String?] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { updates[key] = value }
        }
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(2))]
        return Configuration(
            executable: .path(FilePath(shell[0])), arguments: Arguments(shell.dropFirst() + ["-c", command.text]),
            environment: .inherit.updating(updates), platformOptions: options)
    }

    private static func feed(_ input: RemoteInput, to writer: StandardInputWriter) async throws {
        switch input {
        case .none: break
        case .bytes(let bytes): _ = try await writer.write(bytes)
        case .chunks(let next): while let chunk = try await next() { _ = try await writer.write(chunk) }
        }
        try await writer.finish()
    }

    private static func exit(_ status: TerminationStatus) -> RemoteExit {
        switch status {
        case .exited(let code): .status(Int(code))
        case .signaled(let signal): .signal(String(signal))
        }
    }
}

/// Delivers two streams, never both at once.
private final class SerialOutput: Sendable {
    private let output: Mutex<OutputHandler>

    init(_ output: @escaping OutputHandler) { self.output = Mutex(output) }

    /// Delivers a stream to its end; returns 1, one stream.
    func drain(_ sequence: SubprocessOutputSequence, _ stream: OutputStream) async throws -> Int {
        for try await buffer in sequence {
            let bytes = buffer.withUnsafeBytes { Array($0) }
            output.withLock { $0(stream, bytes) }
        }
        return 1
    }
}
