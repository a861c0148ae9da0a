import CLibSSH2
import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// One connection to a server, with the commands that run over it side by side. Used on its executor's thread only.
final class SSHConnection {
    let session: LibSSH2Session
    private let executor: ThreadExecutor
    private let failure: SSHFailure
    private var loss: CommunicatorError?
    private var isOpeningChannel = false
    private var nextKeepAlive: ContinuousClock.Instant

    /// How often a message is sent while commands run, so that a peer that is gone is noticed.
    private static let keepAliveInterval = Duration.seconds(15)

    init(_ session: consuming LibSSH2Session, executor: ThreadExecutor, failure: SSHFailure) {
        self.session = session
        self.executor = executor
        self.failure = failure
        nextKeepAlive = .now + Self.keepAliveInterval
    }

    /// What leads to the server in place of TCP; it ends with the connection.
    var program: ConnectedProgram? { session.wire.socket.program }

    /// Whether a command may be started over it, as far as can be known without asking the server.
    var isUsable: Bool { loss == nil && !session.wire.socket.isEnded }

    /// Ends the connection; whatever runs over it fails with this error.
    func end(_ error: CommunicatorError) {
        guard loss == nil else { return }
        loss = error
        session.wire.socket.shutDown()
        executor.wake()
    }

    /// Ends the connection in good order, if that takes no waiting, and what led there.
    nonisolated(nonsending) func close() async {
        if loss == nil { session.disconnect() }
        end(failure.lost("it was closed on this side"))
        await program?.end()
    }

    /// Waits for the first byte of the server, which speaks unasked. A relay accepts connections before anyone listens
    /// behind it, so that being connected says nothing yet.
    nonisolated(nonsending) func awaitGreeting(until deadline: Deadline) async throws(CommunicatorError) {
        while true {
            let ticket = executor.ticket()
            try check(deadline)
            if session.wire.socket.isReadable { return }
            await executor.wait(ticket, for: session.wire.readiness, until: deadline.instant)
        }
    }

    /// Whether so much waits to be sent that no more input should be added.
    var isCongested: Bool { session.wire.isCongested }

    /// Opens a channel for one command.
    nonisolated(nonsending) func openChannel(until deadline: Deadline) async throws(CommunicatorError) -> LibSSH2Channel
    {
        // libssh2 keeps the state of an opening in the session, so that there may be only one
        try await wait(until: deadline) { !isOpeningChannel }
        isOpeningChannel = true
        defer {
            isOpeningChannel = false
            executor.wake()
        }
        return try await repeatedly(until: deadline) { () throws(LibSSH2Error) in
            try session.openChannel(owner: self)
        }
    }

    private nonisolated(nonsending) func wait(until deadline: Deadline, for condition: () -> Bool)
        async
        throws(CommunicatorError)
    {
        while true {
            let ticket = executor.ticket()
            try check(deadline)
            if condition() { return }
            await executor.wait(ticket, until: deadline.instant)
        }
    }

    /// Makes an attempt each time that something may have happened, until it comes to something. Bytes that came in
    /// meanwhile may be others' packets, so that all are made to look again.
    nonisolated(nonsending) func repeatedly<Value: ~Copyable>(
        until deadline: Deadline, translate: ((LibSSH2Error) -> CommunicatorError)? = nil,
        _ attempt: () throws(LibSSH2Error) -> Value?
    ) async throws(CommunicatorError) -> Value {
        while true {
            let ticket = executor.ticket()
            try check(deadline)
            do throws(LibSSH2Error) {
                if let value = try once(attempt) { return value }
            } catch {
                throw report(error, translate)
            }
            let end = min(nextKeepAlive, deadline.instant ?? nextKeepAlive)
            await executor.wait(ticket, for: session.wire.readiness, until: end)
            keepAlive()
        }
    }

    private func once<Value: ~Copyable>(_ attempt: () throws(LibSSH2Error) -> Value?) throws(LibSSH2Error) -> Value? {
        let received = session.wire.received
        defer { if session.wire.received != received { executor.wake() } }
        session.wire.flush()
        return try attempt()
    }

    private func check(_ deadline: Deadline) throws(CommunicatorError) {
        if Task.isCancelled { throw failure.cancelled() }
        if let loss { throw loss }
        if let instant = deadline.instant, instant <= .now { throw deadline.error }
    }

    /// An error that isn't a channel's own leaves the session in an unknown state and so ends it.
    private func report(_ error: LibSSH2Error, _ translate: ((LibSSH2Error) -> CommunicatorError)?)
        -> CommunicatorError
    {
        if error.isOfChannel { return failure.failed(error.reason) }
        end(translate?(error) ?? failure.lost(error.reason))
        return loss ?? failure.lost(error.reason)
    }

    private func keepAlive() {
        guard loss == nil, nextKeepAlive <= .now else { return }
        nextKeepAlive = .now + Self.keepAliveInterval
        session.keepAlive()
    }
}

/// When a wait is over, and what is then said.
struct Deadline {
    /// Nil for never.
    let instant: ContinuousClock.Instant?
    let error: CommunicatorError

    init(_ instant: ContinuousClock.Instant?, _ error: CommunicatorError) {
        self.instant = instant
        self.error = error
    }
}
