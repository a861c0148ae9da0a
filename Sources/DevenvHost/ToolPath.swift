import Glibc
package import SystemPackage

/// Where programs of this host are.
package enum ToolPath {
    /// The file of a program: in `PATH`, or where Debian keeps the administrator's programs, which are not in everybody's
    /// `PATH`. A path with a slash is taken as it is. Nil where there is none that may be run.
    ///
    /// Looked up here because posix_spawn(3) by name starts a process for every directory of `PATH` until one succeeds.
    package static func find(_ tool: String) -> FilePath? {
        if tool.contains("/") { return access(tool, X_OK) == 0 ? FilePath(tool) : nil }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        let folders = path.split(separator: ":").filter { $0.hasPrefix("/") }.map(String.init)
        return (folders + ["/usr/local/sbin", "/usr/sbin", "/sbin"]).map { FilePath($0).appending(tool) }
            .first { access($0.string, X_OK) == 0 }
    }
}
