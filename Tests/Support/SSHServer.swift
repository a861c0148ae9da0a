import DevenvHost
package import DevenvPluginAPI
import Glibc
import SystemPackage
import Testing

/// A real sshd of a test's own: on 127.0.0.1, with its own keys and configuration in a temporary directory, for the user who
/// runs the tests. It ends with the body, and with it every connection and every command that was started over one.
///
///     try await SSHServer.with { server in
///         let communicator = SSHCommunicator(server.endpoint)
///     }
package struct SSHServer: Sendable {
    /// Its own directory; tests may put files there.
    package let directory: TemporaryDirectory
    /// Where it listens, and the key that it lets in.
    package let endpoint: SSHEndpoint
    private let marker: String

    /// Runs the body beside a server that listens.
    package static func with<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: (SSHServer) async throws -> Value
    ) async throws -> Value {
        try await prepared { server in try await server.serve { try await body(server) } }
    }

    /// Runs the body with a server that has its keys and its port, but does not listen before `serve`.
    package static func prepared<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: (SSHServer) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.with { directory in
            try await body(SSHServer(in: directory, port: LoopbackPort.free()))
        }
    }

    /// Ends all connections at once, as a crash of the machine would; the server itself goes on.
    package func killConnections() throws {
        guard let main = try processID() else { return }
        for process in ProcessTable.descendants(of: main) { kill(process, SIGKILL) }
    }

    /// How many connections it serves.
    package func connectionCount() throws -> Int {
        try processID().map { ProcessTable.children(of: $0).count } ?? 0
    }

    private init(in directory: TemporaryDirectory, port: UInt16) async throws {
        self.directory = directory
        marker = "DEVENV_TEST_SERVER=\(directory.path.string)"
        let hostKey = try await SSHServer.makeKey(in: directory, "host_key")
        let userKey = try await SSHServer.makeKey(in: directory, "user_key")
        try directory.write(userKey, to: "authorized_keys")
        try directory.write("server-under-test \(hostKey)", to: "known_hosts")
        endpoint = SSHEndpoint(
            host: "127.0.0.1", port: port, user: ProcessTable.userName,
            identityFile: directory.path.appending("user_key"),
            knownHostsFile: directory.path.appending("known_hosts"), hostKeyAlias: "server-under-test",
            hostKey: hostKey.split(separator: " ").prefix(2).joined(separator: " "))
        try directory.write(configuration, to: "sshd_config")
    }

    /// A home without start files: bash reads .bashrc for commands of sshd, and a user's own may do anything.
    private var configuration: String {
        """
        ListenAddress 127.0.0.1:\(endpoint.port)
        HostKey \(directory.path)/host_key
        AuthorizedKeysFile \(directory.path)/authorized_keys
        PidFile \(directory.path)/sshd.pid
        SetEnv \(marker) HOME=\(directory.path)
        AuthenticationMethods publickey
        PermitRootLogin prohibit-password
        StrictModes no
        UsePAM no
        PrintMotd no
        MaxSessions 100
        MaxStartups 100

        """
    }

    private static func makeKey(in directory: TemporaryDirectory, _ name: String) async throws -> String {
        let arguments = ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", directory.path.appending(name).string]
        let outcome = try await SystemToolRunner().run(ToolInvocation("ssh-keygen", arguments))
        guard outcome.status == 0, let line = try directory.read(name + ".pub") else {
            throw Failure(description: "ssh-keygen: \(outcome.complaint)")
        }
        return line
    }

    /// Listens for as long as the body runs; may be repeated, as a machine may be stopped and started.
    package func serve<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        guard let sshd = ToolPath.find("sshd") else { throw Failure(description: "sshd is not installed") }
        // Debian's service makes this directory; without it root's sshd refuses to start.
        if geteuid() == 0 { try HostFiles.makeDirectory("/run/sshd") }
        let call = ToolInvocation(
            sshd.string, ["-D", "-e", "-f", directory.path.appending("sshd_config").string],
            output: .file(directory.path.appending("sshd.log")), timeout: .seconds(600))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await SystemToolRunner().run(call) }
            defer {
                endSessions()
                group.cancelAll()
            }
            try await eventually("sshd listens") { try processID() != nil }
            return try await body()
        }
    }

    private func processID() throws -> pid_t? {
        try directory.read("sshd.pid").flatMap { pid_t($0.split(separator: "\n").first ?? "") }
    }

    /// sshd leaves the commands of broken connections running; all that it ever started carries the marker.
    private func endSessions() {
        try? killConnections()  // a server that never came up has none
        for process in ProcessTable.processes(withEnvironment: marker) { kill(process, SIGKILL) }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
