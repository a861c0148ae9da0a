import CHost
import DevenvCrypto
import DevenvDiagnostics
import DevenvHost
import DevenvModel
import Glibc
import SystemPackage

/// Reads trees of the host on a thread of its own: a large one takes longer than the cooperative pool should wait.
actor FolderWalker {
    private nonisolated let executor: ThreadExecutor

    init() throws(Errno) {
        executor = try ThreadExecutor(name: "devenv folders")
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// What was read of a folder.
    struct Reading: Sendable {
        /// A digest of the folder's settings and of what is in it.
        let fingerprint: String
        /// When anything in it changed last (`st_ctim`, which no program can set), since 1970.
        let newestChange: Duration
    }

    /// Reads a folder. Files that vanish meanwhile are as good as never there.
    func read(_ folder: SyncedFolder) throws(Errno) -> Reading {
        var hash = SHA256()
        var newest = Duration.zero
        var settings = [folder.target.string, "\(folder.delete)", folder.owner ?? "", folder.group ?? ""]
        if folder.direction != .push { settings.append(folder.direction.rawValue) }
        for text in settings + folder.exclude + ["--"] + folder.arguments { hash.update(field: text) }
        // what is here does not tell whether something comes back
        if folder.direction == .pull { return Reading(fingerprint: hash.hexadecimal(), newestChange: newest) }
        let exclusions = Exclusions(folder)
        guard let root = strdup(folder.source.value.string + "/") else { throw .noMemory }
        defer { free(root) }
        var roots: [UnsafeMutablePointer<CChar>?] = [root, nil]
        guard let walk = fts_open(&roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, Self.byName) else {
            throw Errno(rawValue: errno)
        }
        defer { fts_close(walk) }
        while let entry = fts_read(walk) {
            if try add(entry, to: &hash, exclusions) {
                fts_set(walk, entry, FTS_SKIP)
            } else if let change = entry.pointee.fts_statp?.pointee.st_ctim {
                newest = max(newest, .seconds(change.tv_sec) + .nanoseconds(change.tv_nsec))
            }
        }
        return Reading(fingerprint: hash.hexadecimal(), newestChange: newest)
    }

    /// In the order of names, so that the same tree always has the same digest.
    private static let byName:
        @convention(c) (
            UnsafeMutablePointer<UnsafePointer<FTSENT>?>?, UnsafeMutablePointer<UnsafePointer<FTSENT>?>?
        ) -> Int32 = { left, right in
            guard let left = left?.pointee, let right = right?.pointee else { return 0 }
            return strcmp(name(left), name(right))
        }

    /// Adds an entry; true means that it is left out, with all that is below it.
    private func add(_ entry: UnsafeMutablePointer<FTSENT>, to hash: inout SHA256, _ exclusions: Exclusions)
        throws(Errno) -> Bool
    {
        let kind = Int32(entry.pointee.fts_info)
        switch kind {
        case FTS_DP: return false
        case FTS_NS where entry.pointee.fts_errno == ENOENT: return false
        case FTS_DNR, FTS_ERR, FTS_NS: throw Errno(rawValue: entry.pointee.fts_errno)
        default: break
        }
        let level = Int(entry.pointee.fts_level)
        guard level > 0 else { return false }
        if exclusions.contain(name(UnsafePointer(entry)), isDirectory: kind == FTS_D, level: level) { return true }
        guard let status = entry.pointee.fts_statp?.pointee else { return false }
        let bytes = UnsafeRawBufferPointer(start: name(UnsafePointer(entry)), count: Int(entry.pointee.fts_namelen) + 1)
        hash.update(bytes)
        // a directory's own size and time change with files that are left out
        var fields = [UInt64(level), UInt64(status.st_mode), 0, 0, 0, 0]
        if kind != FTS_D {
            fields[2] = UInt64(status.st_size)
            fields[3] = UInt64(bitPattern: Int64(status.st_mtim.tv_sec))
            fields[4] = UInt64(bitPattern: Int64(status.st_mtim.tv_nsec))
            fields[5] = UInt64(status.st_ino)
        }
        fields.withUnsafeBytes { hash.update($0) }
        return false
    }
}

/// The name of an entry, which C keeps behind the structure's end.
private func name(_ entry: UnsafePointer<FTSENT>) -> UnsafePointer<CChar> {
    let offset = MemoryLayout<FTSENT>.offset(of: \.fts_name) ?? 0
    return (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
}
