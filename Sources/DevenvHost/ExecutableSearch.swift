import Glibc
package import SystemPackage

/// Looks programs up as a shell does.
package enum ExecutableSearch {
    /// The first file of this name in the directories of `PATH` that may be executed; nil for none. A name with a slash is
    /// taken as it is.
    package static func find(_ name: String, path: String?) -> FilePath? {
        if name.contains("/") { return isExecutable(FilePath(name)) ? FilePath(name) : nil }
        let directories = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map { FilePath(String($0)) }
        return directories.lazy.map { $0.appending(name) }.first(where: isExecutable)
    }

    private static func isExecutable(_ path: FilePath) -> Bool {
        var status = stat()
        guard stat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return access(path.string, X_OK) == 0
    }
}
