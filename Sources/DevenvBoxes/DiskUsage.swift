import CHost
import Glibc
package import SystemPackage

/// How much of the disk files take.
package enum DiskUsage {
    /// How much is free again when a file or a tree is gone: the blocks of its files, but of those only that have no name
    /// elsewhere, such as a base of libvirt's pool that is a second name of an image. What can't be looked at counts as nothing.
    package static func bytes(below path: FilePath) -> Int64 {
        guard let name = strdup(path.string) else { return 0 }
        defer { free(name) }
        var roots: [UnsafeMutablePointer<CChar>?] = [name, nil]
        guard let walk = fts_open(&roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, nil) else { return 0 }
        defer { fts_close(walk) }
        var bytes: Int64 = 0
        var links: [UInt64: UInt64] = [:]
        while let entry = fts_read(walk) {
            guard Int32(entry.pointee.fts_info) != FTS_DP, let status = entry.pointee.fts_statp else { continue }
            if status.pointee.st_mode & S_IFMT == S_IFREG, status.pointee.st_nlink > 1 {
                links[UInt64(status.pointee.st_ino), default: 0] += 1
                guard links[UInt64(status.pointee.st_ino)] == UInt64(status.pointee.st_nlink) else { continue }
            }
            bytes += Int64(status.pointee.st_blocks) * 512
        }
        return bytes
    }
}
