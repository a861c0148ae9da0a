import DevenvHost
import Glibc
import SystemPackage

/// An ordinary user's systemd, which has groups of version 2 delegated to it and delegates them further.
struct UserManager: Sendable {
    /// systemd-run(1).
    let program: FilePath
    /// What its programs take to find it.
    let environment: [String: String]

    /// That of the user of this process; nil where none listens. `environment`: that of this process, unless told otherwise.
    static func find(
        _ environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }
    ) -> UserManager? {
        guard let runtime = environment("XDG_RUNTIME_DIR"),
            HostFiles.exists(FilePath(runtime).pushing("systemd/private")),
            let program = ToolPath.find("systemd-run")
        else { return nil }
        var variables = ["XDG_RUNTIME_DIR": runtime]
        variables["DBUS_SESSION_BUS_ADDRESS"] = environment("DBUS_SESSION_BUS_ADDRESS")
        return UserManager(program: program, environment: variables)
    }

    /// Runs what follows in a scope whose group is the user's (systemd.resource-control(5), `Delegate=`).
    static let scope = [
        "--user", "--scope", "--quiet", "--collect", "--description=devenv", "--property=Delegate=yes", "--",
    ]

    /// Tries whether it does that.
    var trial: ToolInvocation {
        ToolInvocation(program.string, Self.scope + ["true"], timeout: .seconds(10))
    }

    /// Has it take a process into a scope, org.freedesktop.systemd1(5), `StartTransientUnit`.
    static func scope(of process: Int32) -> ToolInvocation {
        ToolInvocation(
            "busctl",
            [
                "--user", "--quiet", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                "org.freedesktop.systemd1.Manager", "StartTransientUnit", "ssa(sv)a(sa(sv))",
                "devenv-\(process).scope", "fail", "1", "PIDs", "au", "1", "\(process)", "0",
            ], timeout: .seconds(10))
    }
}
