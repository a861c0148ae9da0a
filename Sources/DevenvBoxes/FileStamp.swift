import Glibc
package import SystemPackage

/// What a file looks like from outside. One that looks the same as before holds the same: whoever writes to a file, or puts
/// another in its place, changes what the kernel notes of it.
package struct FileStamp: Hashable, Sendable, Codable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    /// The time of the last change of any kind, which no program can set, in nanoseconds since 1970.
    private let changed: Int64

    /// Looks at a regular file; links are followed. Nil for anything else.
    package init?(of path: FilePath) {
        var status = stat()
        guard stat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
    }

    /// A word that no other file has.
    package var text: String { "\(device)-\(inode)-\(size)-\(changed)" }
}
