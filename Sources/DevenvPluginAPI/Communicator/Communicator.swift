package import SystemPackage

/// Where a machine's SSH server is and how to log in to it.
package struct SSHEndpoint: Hashable, Sendable {
    /// The address.
    package let host: String
    /// The port.
    package let port: UInt16
    /// The user.
    package let user: String
    /// The private key, in OpenSSH's format.
    package let identityFile: FilePath
    /// A known_hosts file that holds the machine's host key under `hostKeyAlias`, and nothing else.
    package let knownHostsFile: FilePath
    /// The name that the host key is filed under, so that it does not depend on the address.
    package let hostKeyAlias: String
    /// The host key that must be presented, as an OpenSSH public key line (`ssh-ed25519 AAAA…`). Nil for the first login to
    /// a machine that nobody has told its host key yet, and for nothing else.
    package let hostKey: String?
    /// A program with its arguments whose standard input and output lead to the server, in place of TCP to `host`.
    package let proxy: [String]?

    /// Makes an endpoint.
    package init(
        host: String, port: UInt16, user: String, identityFile: FilePath, knownHostsFile: FilePath,
        hostKeyAlias: String, hostKey: String?, proxy: [String]? = nil
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.identityFile = identityFile
        self.knownHostsFile = knownHostsFile
        self.hostKeyAlias = hostKeyAlias
        self.hostKey = hostKey
        self.proxy = proxy
    }
}

/// One of a command's two outputs.
package enum OutputStream: String, Sendable, Codable {
    /// Standard output.
    case standardOutput = "stdout"
    /// Standard error.
    case standardError = "stderr"
}

/// Receives output as it arrives. Called in order per stream, never twice at once, and not after the command has ended.
package typealias OutputHandler = @Sendable (OutputStream, [UInt8]) -> Void

/// What a remote command reads.
package enum RemoteInput: Sendable {
    /// Nothing: end of file at once.
    case none
    /// These bytes, then end of file.
    case bytes([UInt8])
    /// Chunks until nil, then end of file. Asked for the next one only when the last has been sent, so that memory stays
    /// bounded whatever the amount.
    case chunks(@Sendable () async throws -> [UInt8]?)
}

/// A command for a machine.
package struct RemoteCommand: Sendable {
    /// The text that the login shell of the SSH user gets.
    package var text: String
    /// What it reads.
    package var input: RemoteInput
    /// How long it may take; when the time is over, its channel is closed and `.timedOut` is thrown.
    package var timeout: Duration?

    /// Makes a command.
    package init(_ text: String, input: RemoteInput = .none, timeout: Duration? = nil) {
        self.text = text
        self.input = input
        self.timeout = timeout
    }
}

/// How a remote command ended (RFC 4254, section 6.10).
package enum RemoteExit: Hashable, Sendable {
    /// With a status.
    case status(Int)
    /// By a signal, named without `SIG`.
    case signal(String)

    /// Whether it ended with status 0.
    package var isSuccess: Bool { self == .status(0) }
}

extension RemoteExit: CustomStringConvertible {
    /// `exit status 3` or `signal TERM`.
    package var description: String {
        switch self {
        case .status(let status): "exit status \(status)"
        case .signal(let name): "signal \(name)"
        }
    }
}

/// Talks to one machine, over one connection however many commands are run; safe to use from several tasks.
package protocol Communicator: Sendable {
    /// Returns once the machine has let us in; tries again while it refuses or is silent, until the time is over. A wrong
    /// host key or a refused key is not tried again.
    func waitUntilReady(timeout: Duration) async throws(CommunicatorError)

    /// Runs a command and delivers its output as it comes. Connects first where needed. A command that ends, however it
    /// ends, is a result; losing the connection is an error.
    func run(_ command: RemoteCommand, output: @escaping OutputHandler) async throws(CommunicatorError) -> RemoteExit

    /// Closes the connection. Repeating it does nothing; running a command afterwards connects again.
    func close() async
}

/// Makes the communicator for a machine; the engine gets it from outside, so that it knows nothing of SSH.
package typealias CommunicatorFactory = @Sendable (SSHEndpoint) -> any Communicator
