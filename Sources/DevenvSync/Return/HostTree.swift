import CHost
import DevenvHost
import Glibc
import SystemPackage

/// A folder of this host that is written to by paths which others made up: no link in it is ever followed, so that nothing
/// outside of it is touched (openat(2) with `O_NOFOLLOW`, part by part).
struct HostTree: Sendable {
    /// The folder.
    let root: FilePath

    /// What stands at a path; nil for nothing, or nothing that is brought back.
    func entry(_ path: FilePath) -> BaseEntry? {
        let found = try? inParent(of: path) { folder, name throws(HostError) in
            var status = stat()
            guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return BaseEntry?.none }
            return BaseEntry(status, link: Self.target(folder, name))
        }
        return found ?? nil
    }

    /// Whether anything at all stands at a path.
    func isTaken(_ path: FilePath) -> Bool {
        let found = try? inParent(of: path) { folder, name throws(HostError) in
            var status = stat()
            return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0
        }
        return found ?? false
    }

    /// Removes a file, or a directory that is empty; false where a directory is not. Nothing at the path is fine.
    func remove(_ path: FilePath, isDirectory: Bool) throws(HostError) -> Bool {
        try inParent(of: path) { folder, name throws(HostError) in
            if unlinkat(folder, name, isDirectory ? AT_REMOVEDIR : 0) == 0 || errno == ENOENT { return true }
            if isDirectory, errno == ENOTEMPTY || errno == EEXIST { return false }
            throw HostError("removing", root.appending(path.components), Errno(rawValue: errno))
        }
    }

    /// Makes a directory with these permissions, or gives them to one that is there.
    func makeDirectory(_ path: FilePath, permissions: UInt32) throws(HostError) {
        try inParent(of: path, making: true) { folder, name throws(HostError) in
            guard mkdirat(folder, name, permissions) == 0 || errno == EEXIST,
                fchmodat(folder, name, permissions, 0) == 0
            else { throw HostError("making the directory", root.appending(path.components), Errno(rawValue: errno)) }
        }
    }

    /// Moves a file or link from elsewhere on the same file system to a path, in place of a file that is there.
    func place(_ source: FilePath, at path: FilePath) throws(HostError) {
        try inParent(of: path, making: true) { folder, name throws(HostError) in
            guard renameat(AT_FDCWD, source.string, folder, name) == 0 else {
                throw HostError("writing", root.appending(path.components), Errno(rawValue: errno))
            }
        }
    }

    /// Lends the directory that a path is in, and the path's last part; `making` makes missing directories on the way.
    private func inParent<Value>(
        of path: FilePath, making: Bool = false, _ body: (Int32, UnsafePointer<CChar>) throws(HostError) -> Value
    ) throws(HostError) -> Value {
        var folder = open(root.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw HostError("opening", root, Errno(rawValue: errno)) }
        defer { close(folder) }
        for component in path.components.dropLast() {
            let next = component.withPlatformString { name in
                if making { mkdirat(folder, name, 0o755) }
                return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            }
            let error = Errno(rawValue: errno)
            close(folder)
            folder = next
            guard next >= 0 else { throw HostError("opening a directory of", root.appending(path.components), error) }
        }
        let name = path.lastComponent?.terminated ?? [0]
        return try body(folder, name)
    }

    private static func target(_ folder: Int32, _ name: UnsafePointer<CChar>) -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(folder, name, &buffer, buffer.count)
        return count > 0 ? buffer.prefix(count).map(UInt8.init(bitPattern:)) : []
    }
}
