import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// This host's end of a load.
enum HostLoad {
    /// The bytes of content of a file, or of all files below a directory. Throws where there is nothing, or nothing that may
    /// be read, or a link to a directory, which could mean either.
    static func size(of source: String, _ attempt: String) throws(SyncError) -> Int64 {
        let path = FilePath(source)
        guard HostFiles.kind(path) != nil else {
            throw SyncError("\(attempt): there is no '\(path)' on this host", help: "correct the path")
        }
        guard access(path.string, R_OK) == 0 else {
            throw SyncError("\(attempt): '\(path)' can't be read: \(Errno(rawValue: errno))")
        }
        if HostFiles.kind(path) == .link, HostFiles.isDirectory(path), !source.hasSuffix("/") {
            throw SyncError(
                "\(attempt): '\(path)' is a link to a directory", help: "write '\(path)/' for what is in that")
        }
        return content(of: path)
    }

    /// Throws where the directory that a file is to be made in is missing or may not be written to.
    static func checkParent(of path: FilePath, _ attempt: String) throws(SyncError) {
        let parent = path.removingLastComponent()
        guard HostFiles.isDirectory(parent) else {
            throw SyncError("\(attempt): there is no directory '\(parent)' on this host", help: "make it first")
        }
        guard access(parent.string, W_OK | X_OK) == 0 else {
            throw SyncError("\(attempt): '\(parent)' can't be written to: \(Errno(rawValue: errno))")
        }
    }

    /// What can't be read counts for nothing: it is only for the progress.
    private static func content(of path: FilePath) -> Int64 {
        var total: Int64 = 0
        var waiting = HostFiles.isDirectory(path) ? [path.appending(".")] : [path]
        while let next = waiting.popLast() {
            switch HostFiles.kind(next) {
            case .directory: waiting += ((try? HostFiles.list(next)) ?? []).map(next.appending)
            case .file: total += (try? HostFiles.size(of: next)) ?? 0
            case .link where next == path: total += (try? HostFiles.size(of: next)) ?? 0
            default: break
            }
        }
        return total
    }
}
