import CHost
import Glibc
import SystemPackage

/// Removal of trees through fts(3).
enum TreeRemoval {
    static func remove(_ path: FilePath) throws(HostError) {
        guard HostFiles.kind(path) != nil else { return }
        guard let name = strdup(path.string) else { throw HostError("removing", path, .noMemory) }
        defer { free(name) }
        var roots: [UnsafeMutablePointer<CChar>?] = [name, nil]
        guard let walk = fts_open(&roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, nil) else {
            throw HostError("removing", path, Errno(rawValue: errno))
        }
        defer { fts_close(walk) }
        while let entry = fts_read(walk) {
            let here = FilePath(String(cString: entry.pointee.fts_path))
            switch Int32(entry.pointee.fts_info) {
            case FTS_D: continue
            case FTS_DNR, FTS_ERR, FTS_NS: throw HostError("removing", here, Errno(rawValue: entry.pointee.fts_errno))
            case FTS_DP: try check(rmdir(entry.pointee.fts_accpath), here)
            default: try check(unlink(entry.pointee.fts_accpath), here)
            }
        }
    }

    private static func check(_ result: Int32, _ path: FilePath) throws(HostError) {
        guard result != 0, errno != ENOENT else { return }
        throw HostError("removing", path, Errno(rawValue: errno))
    }
}
