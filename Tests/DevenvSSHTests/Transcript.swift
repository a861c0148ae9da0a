import DevenvPluginAPI
import DevenvSSH
import Synchronization

/// What a command wrote.
final class Transcript: Sendable {
    private let written = Mutex<[OutputStream: [UInt8]]>([:])

    /// Collects output.
    var handler: OutputHandler {
        { [self] stream, bytes in written.withLock { $0[stream, default: []] += bytes } }
    }

    /// The bytes of an output so far.
    func bytes(_ stream: OutputStream = .standardOutput) -> [UInt8] { written.withLock { $0[stream] ?? [] } }
    /// The text of an output so far.
    func text(_ stream: OutputStream = .standardOutput) -> String { String(decoding: bytes(stream), as: UTF8.self) }
}

extension Communicator {
    /// Runs a command and returns its exit and its standard output.
    func execute(_ text: String, input: RemoteInput = .none, timeout: Duration? = .seconds(60)) async throws
        -> (exit: RemoteExit, output: String)
    {
        let transcript = Transcript()
        let exit = try await run(RemoteCommand(text, input: input, timeout: timeout), output: transcript.handler)
        return (exit, transcript.text())
    }
}

/// The code of the error that the body throws, nil where it throws none of a communicator.
func code(_ body: () async throws -> Void) async -> CommunicatorError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? CommunicatorError)?.code
    }
}
