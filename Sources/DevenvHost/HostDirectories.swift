package import SystemPackage

/// Where devenv keeps what belongs to a user rather than to a project.
///
/// Root: `/var/lib/devenv`, `/run/devenv` and `/etc/devenv`. Others: `$XDG_DATA_HOME/devenv`, `$XDG_RUNTIME_DIR/devenv` and
/// `$XDG_CONFIG_HOME/devenv` (XDG Base Directory Specification 0.8). `DEVENV_HOME` names one directory that takes the place of all.
/// `DEVENV_SHARED_BOXES` names the box store that is looked into under one's own, `/var/lib/devenv/boxes` otherwise; empty for none.
package struct HostDirectories: Hashable, Sendable {
    /// What must survive a reboot: boxes, machines' disks, the index of projects.
    package let data: FilePath
    /// What must not: mount points, sockets, what the kernel forgets at a reboot.
    package let runtime: FilePath
    /// A box store that is read and never written, under the own one; nil for none.
    package let sharedBoxes: FilePath?

    /// What users write or decide: their catalogs.
    package let configuration: FilePath

    /// Names the directories; none is made. The configuration lies with the data unless it is said otherwise.
    package init(data: FilePath, runtime: FilePath, configuration: FilePath? = nil, sharedBoxes: FilePath? = nil) {
        self.data = data
        self.runtime = runtime
        self.configuration = configuration ?? data.appending("config")
        self.sharedBoxes = sharedBoxes == data.appending("boxes") ? nil : sharedBoxes
    }

    /// The directories that an environment and a user id lead to. In a realm the owners of shared boxes are nobody's ids, so that
    /// there are none.
    package init(environment: [String: String], userID: UInt32 = UserRealm.userID) {
        let named = environment["DEVENV_SHARED_BOXES"] ?? "/var/lib/devenv/boxes"
        let shared = named.hasPrefix("/") && UserRealm.current == nil ? FilePath(named) : nil
        if let home = environment["DEVENV_HOME"], home.hasPrefix("/") {
            self.init(data: FilePath(home), runtime: FilePath(home).appending("run"), sharedBoxes: shared)
        } else if userID == 0 {
            self.init(
                data: "/var/lib/devenv", runtime: "/run/devenv", configuration: "/etc/devenv", sharedBoxes: shared)
        } else {
            let home = environment["HOME"] ?? "/"
            let data = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.local/share"
            let run = environment["XDG_RUNTIME_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp/devenv-\(userID)"
            let settings = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.config"
            self.init(
                data: FilePath(data).appending("devenv"), runtime: FilePath(run).appending("devenv"),
                configuration: FilePath(settings).appending("devenv"), sharedBoxes: shared)
        }
    }

    /// The box store.
    package var boxes: FilePath { data.appending("boxes") }
    /// What is being downloaded.
    package var downloads: FilePath { data.appending("downloads") }
    /// What was last read of catalogs on web servers.
    package var catalogCache: FilePath { data.appending("cache").appending("catalogs") }
}
