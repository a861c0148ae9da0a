import CLibSSH2
import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// Makes connections that are ready for commands: TCP, banners, keys, the server's identity, ours.
struct SSHConnector {
    let endpoint: SSHEndpoint
    let executor: ThreadExecutor
    let failure: SSHFailure

    /// How long a server that has accepted a connection may take to say something.
    static let patience = Duration.seconds(10)
    /// How long one that has said something may take for each step before it lets us in. A machine whose processor is interpreted on
    /// a busy host needs many seconds for the keys, and would need them again each time that it is given up.
    private static let patienceForKeys = Duration.seconds(45)

    /// How long each stage may take.
    struct Limits {
        /// Until the connection stands.
        let connecting: Duration
        /// From then until the server says something.
        let greeting: Duration
    }

    /// Connects and logs in. The host key is compared before anything of ours is shown.
    nonisolated(nonsending) func connect(until end: ContinuousClock.Instant, _ limits: Limits)
        async throws(CommunicatorError) -> SSHConnection
    {
        let key = try privateKey()
        let socket = try await connectedSocket(until: min(end, .now + limits.connecting))
        guard let session = LibSSH2Session(on: socket) else { throw failure.failed("libssh2 has no memory") }
        session.prefer(SSHAlgorithms.keyExchange, for: LIBSSH2_METHOD_KEX)
        session.prefer(SSHAlgorithms.hostKeys(first: endpoint.hostKey ?? ""), for: LIBSSH2_METHOD_HOSTKEY)
        let connection = SSHConnection(session, executor: executor, failure: failure)
        do throws(CommunicatorError) {
            try await connection.awaitGreeting(until: patience(end, limits.greeting))
            _ = try await connection.repeatedly(
                until: patience(end, Self.patienceForKeys), translate: handshakeFailure
            ) {
                () throws(LibSSH2Error) in try connection.session.handshake()
            }
            try checkHostKey(connection.session.hostKey())
            _ = try await connection.repeatedly(
                until: patience(end, Self.patienceForKeys), translate: loginFailure
            ) {
                () throws(LibSSH2Error) in
                try connection.session.authenticate(user: endpoint.user, privateKey: key)
            }
        } catch {
            connection.end(error)
            guard let program = connection.program else { throw error }
            throw await explained(error, program)
        }
        return connection
    }

    private func patience(_ end: ContinuousClock.Instant, _ time: Duration) -> Deadline {
        Deadline(min(end, .now + time), failure.silent("it accepts connections, but no SSH server answers"))
    }

    /// A connection that broke because the program that it led through has ended: the program knows why. One that is only
    /// given up here ends the program.
    private func explained(_ error: CommunicatorError, _ program: ConnectedProgram) async -> CommunicatorError {
        let mayHaveEnded = error.code == .connectionLost
        return switch await program.end(grace: mayHaveEnded ? .seconds(1) : .zero) {
        case .success(let outcome) where mayHaveEnded && outcome.status != 0: failure.programEnded(outcome)
        case .failure(let reason) where reason.code != .cancelled: failure.failed(reason.description)
        default: error
        }
    }

    private func privateKey() throws(CommunicatorError) -> [UInt8] {
        do throws(HostError) {
            if let key = try HostFiles.read(endpoint.identityFile, limit: 1 << 20) { return key }
        } catch {
            throw failure.unusableKey(
                identity: endpoint.identityFile.string, reason: error.errno.description.lowercased())
        }
        throw failure.unusableKey(identity: endpoint.identityFile.string, reason: "there is no such file")
    }

    private nonisolated(nonsending) func connectedSocket(until end: ContinuousClock.Instant)
        async throws(CommunicatorError) -> SSHSocket
    {
        guard let words = endpoint.proxy else { return try await tcpSocket(until: end) }
        do throws(Errno) { return try SSHSocket.through(words) } catch {
            throw failure.failed("making a socket: \(error.description.lowercased())")
        }
    }

    private nonisolated(nonsending) func tcpSocket(until end: ContinuousClock.Instant)
        async throws(CommunicatorError) -> SSHSocket
    {
        var last = failure.silent("there is no such host")
        for address in SocketAddress.resolve(endpoint.host, port: endpoint.port) {
            do throws(CommunicatorError) { return try await tcpSocket(to: address, until: end) } catch {
                if error.code == .cancelled { throw error }
                last = error
            }
        }
        throw last
    }

    private nonisolated(nonsending) func tcpSocket(to address: SocketAddress, until end: ContinuousClock.Instant)
        async throws(CommunicatorError) -> SSHSocket
    {
        do throws(Errno) {
            let socket = try SSHSocket.connecting(to: address)
            while try !socket.isConnected() {
                let ticket = executor.ticket()
                if Task.isCancelled { throw Errno.canceled }
                if end <= .now { throw Errno.timedOut }
                let writable = ThreadExecutor.Readiness(socket.descriptor, readable: false, writable: true)
                await executor.wait(ticket, for: writable, until: end)
            }
            return socket
        } catch {
            switch error {
            case .canceled: throw failure.cancelled()
            case .connectionRefused: throw failure.refused()
            default: throw failure.silent(error.description.lowercased())
            }
        }
    }

    private func checkHostKey(_ presented: [UInt8]) throws(CommunicatorError) {
        guard let expected = endpoint.hostKey else { throw failure.failed("its host key is not known") }
        let fields = expected.split(separator: " ").prefix(2)
        guard fields.count == 2, fields[1] == Base64.encode(presented) else {
            throw failure.wrongHostKey(
                expected: fields.joined(separator: " "), presented: Base64.encode(presented))
        }
    }

    /// Without a common algorithm there is no use in trying again; all else may be a server that is still starting.
    private func handshakeFailure(_ error: LibSSH2Error) -> CommunicatorError {
        switch error.code {
        case LIBSSH2_ERROR_KEX_FAILURE, LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE, LIBSSH2_ERROR_METHOD_NONE:
            failure.failed("no agreement on how to encrypt: \(error.reason)")
        default: failure.lost(error.reason)
        }
    }

    private func loginFailure(_ error: LibSSH2Error) -> CommunicatorError {
        let identity = endpoint.identityFile.string
        return switch error.code {
        case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
            failure.keyRefused(identity: identity, reason: error.reason)
        case LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_DISCONNECT,
            LIBSSH2_ERROR_TIMEOUT, LIBSSH2_ERROR_DECRYPT, LIBSSH2_ERROR_INVALID_MAC:
            failure.lost(error.reason)
        // libssh2 has no code of its own for a key that it can't read, not even the same one for all kinds of them
        default: failure.unusableKey(identity: identity, reason: error.reason)
        }
    }
}
