import Glibc
package import SystemPackage

/// Where devenv keeps what belongs to a user rather than to a project.
///
/// Root: `/var/lib/devenv` and `/run/devenv`. Others: `$XDG_DATA_HOME/devenv` and `$XDG_RUNTIME_DIR/devenv` (XDG Base
/// Directory Specification 0.8). `DEVENV_HOME` names one directory that takes the place of all.
package struct HostDirectories: Hashable, Sendable {
    /// What must survive a reboot: boxes, machines' disks, the index of projects.
    package let data: FilePath
    /// What must not: mount points, sockets, what the kernel forgets at a reboot.
    package let runtime: FilePath

    /// Names the directories; none is made.
    package init(data: FilePath, runtime: FilePath) {
        self.data = data
        self.runtime = runtime
    }

    /// The directories that an environment and a user id lead to.
    package init(environment: [String: String], userID: UInt32 = getuid()) {
        if let home = environment["DEVENV_HOME"], home.hasPrefix("/") {
            self.init(data: FilePath(home), runtime: FilePath(home).appending("run"))
        } else if userID == 0 {
            self.init(data: "/var/lib/devenv", runtime: "/run/devenv")
        } else {
            let home = environment["HOME"] ?? "/"
            let data = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.local/share"
            let run = environment["XDG_RUNTIME_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp/devenv-\(userID)"
            self.init(data: FilePath(data).appending("devenv"), runtime: FilePath(run).appending("devenv"))
        }
    }

    /// The box store.
    package var boxes: FilePath { data.appending("boxes") }
}
