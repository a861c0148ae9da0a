import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// A libvirtd of a test's own, for one unprivileged user, with all that it has in a temporary directory. It ends with the
/// body.
struct TestDaemon: Sendable {
    /// Its own directory, where its user may write.
    let directory: TemporaryDirectory

    /// Runs the body beside a daemon that listens.
    static func with<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: (TestDaemon) async throws -> Value
    ) async throws -> Value {
        try await prepared { daemon in try await daemon.serve { try await body(daemon) } }
    }

    /// Runs the body with a daemon that does not listen before `serve`.
    static func prepared<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: (TestDaemon) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.with { directory in
            if geteuid() == 0 { chown(directory.path.string, user, user) }
            try directory.write(
                Array(configuration.utf8), to: "libvirtd.conf", mode: [.ownerReadWrite, .groupRead, .otherRead])
            return try await body(TestDaemon(directory: directory))
        }
    }

    /// How to reach a driver of it: `test` for the acted one, `qemu` for the real one.
    func uri(_ driver: String) -> String {
        let path = driver == "test" ? "default" : "session"
        return "\(driver)+unix:///\(path)?socket=\(socket)"
    }

    /// Listens for as long as the body runs; may be repeated.
    func serve<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        // one that was killed leaves both behind
        for file in ["libvirtd.pid", "run/libvirt/libvirt-sock"] {
            try HostFiles.remove(directory.path.pushing(FilePath(file)))
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let call = invocation
            group.addTask { _ = try await SystemToolRunner().run(call) }
            defer { group.cancelAll() }
            try await eventually("libvirtd listens") { try processID() != nil && access(socket, R_OK) == 0 }
            return try await body()
        }
    }

    /// Sends a signal to the daemon. SIGKILL returns once it is gone.
    func send(_ signal: Int32) async throws {
        guard let process = try processID() else { return }
        kill(process, signal)
        guard signal == SIGKILL else { return }
        try await eventually("the daemon is gone") { !ProcessTable.isRunning(process) }
    }

    // as root, libvirtd would be the system's
    private static let user: uid_t = 65_534
    private static let configuration = "max_workers = 8\nmin_workers = 2\n"

    private var invocation: ToolInvocation {
        let path = directory.path
        let options = ["-f", "\(path)/libvirtd.conf", "--pid-file", "\(path)/libvirtd.pid"]
        let drop = ["--reuid", "\(Self.user)", "--regid", "\(Self.user)", "--clear-groups", "--", "libvirtd"]
        return ToolInvocation(
            geteuid() == 0 ? "setpriv" : "libvirtd", geteuid() == 0 ? drop + options : options,
            environment: [
                "HOME": path.string, "XDG_RUNTIME_DIR": "\(path)/run", "XDG_CONFIG_HOME": "\(path)/config",
                "XDG_CACHE_HOME": "\(path)/cache", "XDG_DATA_HOME": "\(path)/data",
            ], directory: path, output: .file(path.appending("libvirtd.log")), timeout: .seconds(300))
    }

    private var socket: String { directory.path.string + "/run/libvirt/libvirt-sock" }

    private func processID() throws -> pid_t? {
        try directory.read("libvirtd.pid").flatMap { pid_t($0.split(separator: "\n").first ?? "") }
    }
}
