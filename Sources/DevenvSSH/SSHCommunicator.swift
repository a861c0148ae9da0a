package import DevenvPluginAPI
import Synchronization

/// Talks to a machine over SSH: one connection, made at the first use and made again where it was lost, for all commands.
///
/// The host key is always compared with the endpoint's. Cancelling the task of a command closes the command's channel; what
/// the command started in the machine may go on there, as with the ssh program, unless it reads or writes.
package final class SSHCommunicator: Communicator {
    private let endpoint: SSHEndpoint
    private let session = Mutex<SSHSession?>(nil)

    /// Names the machine; does nothing yet.
    package init(_ endpoint: SSHEndpoint) {
        self.endpoint = endpoint
    }

    /// Returns once the machine has let us in.
    package func waitUntilReady(timeout: Duration) async throws(CommunicatorError) {
        let session = try started()
        try await cancellable(session) { () async throws(CommunicatorError) in
            try await session.waitUntilReady(timeout: timeout)
        }
    }

    /// Runs a command. Chunks of input are asked for on a task of their own, which is cancelled when the command has ended;
    /// the closure that makes them must then return.
    package func run(_ command: RemoteCommand, output: @escaping OutputHandler) async throws(CommunicatorError)
        -> RemoteExit
    {
        let session = try started()
        let input = CommandInput(command.input) { session.wake() }
        return try await withTaskGroup(of: Void.self) { group in
            group.addTask { await input.make() }
            let result = await Self.result { () async throws(CommunicatorError) in
                try await self.cancellable(session) { () async throws(CommunicatorError) in
                    try await session.run(command, input: input, output: output)
                }
            }
            input.stop()
            group.cancelAll()
            return result
        }.get()
    }

    /// Closes the connection and ends its thread.
    package func close() async {
        let last = session.withLock { session in
            defer { session = nil }
            return session
        }
        await last?.close()
    }

    private func started() throws(CommunicatorError) -> SSHSession {
        try session.withLock { session throws(CommunicatorError) in
            if let session { return session }
            let new = try SSHSession(endpoint)
            session = new
            return new
        }
    }

    private func cancellable<Value: Sendable>(
        _ session: SSHSession, _ body: () async throws(CommunicatorError) -> Value
    ) async throws(CommunicatorError) -> Value {
        try await withTaskCancellationHandler {
            await Self.result(body)
        } onCancel: {
            session.wake()
        }.get()
    }

    /// The group and the handler of the standard library forget the type of what is thrown.
    private static func result<Value>(_ body: () async throws(CommunicatorError) -> Value) async
        -> Result<Value, CommunicatorError>
    {
        do throws(CommunicatorError) { return .success(try await body()) } catch { return .failure(error) }
    }
}
