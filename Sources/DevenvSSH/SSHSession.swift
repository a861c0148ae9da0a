import CLibSSH2
import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// The connection to one machine, on a thread of its own: libssh2 is never called from any other.
actor SSHSession {
    private let endpoint: SSHEndpoint
    private nonisolated let executor: ThreadExecutor
    private let failure: SSHFailure
    private var connection: SSHConnection?
    private var isConnecting = false

    /// Starts the thread; connects to nothing yet.
    init(_ endpoint: SSHEndpoint) throws(CommunicatorError) {
        self.endpoint = endpoint
        failure = SSHFailure(endpoint)
        do throws(Errno) {
            executor = try ThreadExecutor(name: "ssh \(endpoint.hostKeyAlias)")
        } catch {
            throw SSHFailure(endpoint).failed("starting a thread: \(error)")
        }
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Makes the session look at the state of its tasks and inputs again. From any thread.
    nonisolated func wake() { executor.wake() }

    /// Connects unless connected, again and again while the machine isn't up yet.
    func waitUntilReady(timeout: Duration) async throws(CommunicatorError) {
        let end = ContinuousClock.now + timeout
        var pause = Duration.milliseconds(5)
        // a relay may hold on to a connection that came before the machine listened, and never serve it: soon given up,
        // later ones get more time, as the machine may be slow
        var greeting = Duration.milliseconds(endpoint.proxy == nil ? 700 : 3_000)
        while true {
            do throws(CommunicatorError) {
                _ = try await connected(until: end, .init(connecting: .seconds(1), greeting: greeting))
                return
            } catch {
                guard [.refused, .silent, .connectionLost].contains(error.code) else { throw error }
                if .now + pause >= end { throw failure.neverReady(after: timeout, last: error) }
            }
            let ticket = executor.ticket()
            if Task.isCancelled { throw failure.cancelled() }
            await executor.wait(ticket, until: .now + pause)
            pause = min(pause * 3 / 2, .milliseconds(endpoint.proxy == nil ? 100 : 500))
            greeting = min(greeting * 3 / 2, SSHConnector.patience)
        }
    }

    /// Runs a command to its end. `input` is made by somebody else meanwhile.
    func run(_ command: RemoteCommand, input: CommandInput, output: @escaping OutputHandler)
        async throws(CommunicatorError) -> RemoteExit
    {
        guard command.text.utf8.count < Self.longestCommand, !command.text.utf8.contains(0) else {
            throw failure.failed("a command may have \(Self.longestCommand) bytes, without NUL; send more as its input")
        }
        let deadline = Deadline(command.timeout.map { .now + $0 }, failure.timedOut(after: command.timeout ?? .zero))
        let channel = try await openChannel(until: deadline)
        let connection = channel.connection
        var running = RunningCommand(on: channel, input: input, output: output)
        // once the exit is known, losing the connection changes nothing any more, so that nothing is waited for
        defer { running.close() }
        try await connection.repeatedly(until: deadline) { () throws(LibSSH2Error) in try running.start(command.text) }
        return try await finish(&running, on: connection, until: deadline)
    }

    /// Closes the connection, if there is one.
    func close() async {
        let last = connection
        connection = nil
        await last?.close()
    }

    /// libssh2 sends a command as one packet of at most 35,000 bytes.
    private static let longestCommand = 32_000
    /// How long a machine that should be up may take to let us in.
    private static let connectingTime = Duration.seconds(60)

    /// A connection may have ended while nobody used it. Then nothing was begun on it, and a new one is made.
    private func openChannel(until deadline: Deadline) async throws(CommunicatorError) -> LibSSH2Channel {
        let isReused = connection != nil
        do throws(CommunicatorError) {
            return try await connected(until: deadline).openChannel(until: deadline)
        } catch {
            guard isReused, error.code == .connectionLost else { throw error }
            return try await connected(until: deadline).openChannel(until: deadline)
        }
    }

    private func connected(until deadline: Deadline) async throws(CommunicatorError) -> SSHConnection {
        let limit = ContinuousClock.now + Self.connectingTime
        do throws(CommunicatorError) {
            let end = min(limit, deadline.instant ?? limit)
            return try await connected(
                until: end, .init(connecting: Self.connectingTime, greeting: SSHConnector.patience))
        } catch {
            let isOver = deadline.instant.map { $0 <= .now } ?? false
            throw isOver && error.code == .silent ? deadline.error : error
        }
    }

    private func finish(_ running: inout RunningCommand, on connection: SSHConnection, until deadline: Deadline)
        async throws(CommunicatorError) -> RemoteExit
    {
        let outcome: Result<RemoteExit, CommunicatorError> = try await connection.repeatedly(until: deadline) {
            () throws(LibSSH2Error) in
            switch try running.step(congested: { connection.isCongested }) {
            case .idle: return nil
            case .turnIsOver:
                executor.wake()
                return nil
            case .ended(let exit): return .success(exit)
            case .inputFailed(let reason): return .failure(failure.inputFailed(reason))
            }
        }
        return try outcome.get()
    }

    /// The connection, made where there is none; callers that come meanwhile wait for it.
    private func connected(until end: ContinuousClock.Instant, _ limits: SSHConnector.Limits)
        async throws(CommunicatorError) -> SSHConnection
    {
        while true {
            let ticket = executor.ticket()
            if Task.isCancelled { throw failure.cancelled() }
            if !isConnecting { break }
            if end <= .now { throw failure.silent("nobody answered in time") }
            await executor.wait(ticket, until: end)
        }
        if let connection, connection.isUsable { return connection }
        isConnecting = true
        defer {
            isConnecting = false
            executor.wake()
        }
        await close()
        let connector = SSHConnector(endpoint: endpoint, executor: executor, failure: failure)
        let new = try await connector.connect(until: end, limits)
        connection = new
        return new
    }
}
