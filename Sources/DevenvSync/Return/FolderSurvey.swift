import CHost
import DevenvDiagnostics
import DevenvHost
import DevenvModel
import Glibc
import SystemPackage

extension FolderWalker {
    /// What stands in a folder of this host, by path; what is left out by a simple pattern is not in it. With a moment (since
    /// 1970) neither is what has changed then or later (`st_ctim`), as that may not be what was sent.
    func survey(_ folder: SyncedFolder, unchangedSince moment: Duration? = nil) throws(Errno) -> FolderBase {
        var entries: [FilePath: BaseEntry] = [:]
        let exclusions = Exclusions(folder)
        let root = folder.source.value.string + "/"
        guard let start = strdup(root) else { throw .noMemory }
        defer { free(start) }
        var roots: [UnsafeMutablePointer<CChar>?] = [start, nil]
        guard let walk = fts_open(&roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, nil) else {
            throw Errno(rawValue: errno)
        }
        defer { fts_close(walk) }
        while let found = fts_read(walk) {
            let kind = Int32(found.pointee.fts_info)
            guard kind != FTS_DP, found.pointee.fts_level > 0, let status = found.pointee.fts_statp?.pointee,
                let place = found.pointee.fts_path
            else { continue }
            let path = FilePath(platformString: place + root.utf8.count)
            let name = path.lastComponent?.terminated ?? [0]
            if exclusions.contain(name, isDirectory: kind == FTS_D, level: Int(found.pointee.fts_level)) {
                fts_set(walk, found, FTS_SKIP)
            } else if Self.isCertain(status, moment) {
                let link = kind == FTS_SL || kind == FTS_SLNONE ? Self.target(of: place) : []
                entries[path] = BaseEntry(status, link: link)
            }
        }
        return FolderBase(entries)
    }

    private static func isCertain(_ status: stat, _ moment: Duration?) -> Bool {
        guard let moment else { return true }
        return .seconds(status.st_ctim.tv_sec) + .nanoseconds(status.st_ctim.tv_nsec) < moment
    }

    private static func target(of link: UnsafePointer<CChar>) -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        return count > 0 ? buffer.prefix(count).map(UInt8.init(bitPattern:)) : []
    }
}
