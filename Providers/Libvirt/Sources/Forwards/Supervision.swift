import DevenvHost
import Glibc
import SystemPackage

/// The process that keeps one forward going: it holds the socket that has the port, and starts the relay again whenever
/// that ends, so that not even connections which come in between are refused.
enum Supervision {
    /// What the process calls itself, so that `ps` shows what it is for.
    static let name = "devenv-forward"

    /// Ends when the program is gone: a forward that can't come back is seen as missing then. What sleeps does not have the
    /// port, or it could outlive the shell with it.
    private static let script = "while [ -x \"$1\" ]; do \"$@\"; sleep 0.2 </dev/null; done"

    /// The arguments of the shell.
    static func arguments(_ program: FilePath, _ command: RelayCommand) -> [String] {
        ["-c", script, name, program.string] + command.arguments
    }

    /// Starts the process with a socket for its relay.
    static func start(_ program: FilePath, _ command: RelayCommand, on socket: FileDescriptor) async throws(ToolError) {
        try await DetachedProcess.start(
            "/bin/sh", arguments(program, command), environment: environment(of: command.route), input: socket)
    }

    /// A way by SSH may need the agent that has the keys, as long as that lives.
    private static func environment(of route: ForwardRoute) -> [String: String] {
        guard !route.program.isEmpty, let agent = unsafe getenv("SSH_AUTH_SOCK") else { return [:] }
        return ["SSH_AUTH_SOCK": unsafe String(cString: agent)]
    }
}
