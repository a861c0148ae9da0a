import CHost
import DevenvCrypto
import DevenvHost
import Glibc
import SystemPackage

/// Reads what stands in a tree, without the contents of its files.
enum TreeWalk {
    /// An entry and where it is; a file's digest is still empty.
    struct Found: Sendable {
        let location: FilePath
        var entry: TreeEntry
    }

    /// Every entry of the tree, the root included, in the order of their paths. Links are never followed and no other file
    /// system is entered.
    static func entries(of root: FilePath) throws(HostError) -> [Found] {
        guard let name = strdup(root.string) else { throw HostError("reading the tree", root, .noMemory) }
        defer { free(name) }
        var roots: [UnsafeMutablePointer<CChar>?] = [name, nil]
        guard let walk = fts_open(&roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, nil) else {
            throw HostError("reading the tree", root, Errno(rawValue: errno))
        }
        defer { fts_close(walk) }
        var found: [Found] = []
        while let visit = fts_read(walk)?.pointee {
            let location = FilePath(platformString: visit.fts_path)
            switch Int32(visit.fts_info) {
            case FTS_DP: continue
            case FTS_DNR, FTS_ERR, FTS_NS: throw HostError("reading", location, Errno(rawValue: visit.fts_errno))
            default: found.append(try entry(location, below: root, visit.fts_statp.pointee))
            }
        }
        return found.sorted { $0.entry.path < $1.entry.path }
    }

    private static func entry(_ location: FilePath, below root: FilePath, _ status: stat) throws(HostError) -> Found {
        let below = bytes(of: location).dropFirst(bytes(of: root).count)
        let entry = TreeEntry(
            path: ManifestWord(escaping: below.isEmpty ? [UInt8(ascii: "/")] : Array(below)),
            mode: status.st_mode & 0o7777, owner: status.st_uid, group: status.st_gid,
            content: try content(location, status), attributes: try attributes(location))
        return Found(location: location, entry: entry)
    }

    private static func content(_ location: FilePath, _ status: stat) throws(HostError) -> TreeEntry.Content {
        let device = UInt64(status.st_rdev)
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .directory
        case S_IFREG: return .file(size: Int64(status.st_size), digest: "")
        case S_IFLNK: return .link(target: ManifestWord(escaping: try target(location)))
        case S_IFBLK: return .device(block: true, major: major(device), minor: minor(device))
        case S_IFCHR: return .device(block: false, major: major(device), minor: minor(device))
        case S_IFIFO: return .pipe
        default: return .socket
        }
    }

    private static func target(_ location: FilePath) throws(HostError) -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = location.withPlatformString { readlink($0, &buffer, buffer.count) }
        guard count >= 0 else { throw HostError("reading the link", location, Errno(rawValue: errno)) }
        return buffer.prefix(count).map { UInt8(bitPattern: $0) }
    }

    /// The layout of dev_t in glibc (gnu_dev_major(3)), which the macros hide from Swift.
    private static func major(_ device: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (device >> 8) & 0xfff | (device >> 32) & 0xffff_f000)
    }

    private static func minor(_ device: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: device & 0xff | (device >> 12) & 0xffff_ff00)
    }

    private static func bytes(of path: FilePath) -> [UInt8] {
        path.withPlatformString { pointer in
            UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map { UInt8(bitPattern: $0) }
        }
    }
}
