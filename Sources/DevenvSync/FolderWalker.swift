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
        var fingerprint = ""
        /// When anything in it changed last (`st_ctim`, which no program can set), since 1970.
        var newestChange = Duration.zero
        /// What stands in the file of a `FolderBase`; empty where no moment was given.
        var base: [UInt8] = []
    }

    /// Reads a folder. Files that vanish meanwhile are as good as never there. With a moment (since 1970) the common ground is
    /// noted too, without what has changed then or later (`st_ctim`), as that may not be what was sent.
    func read(_ folder: SyncedFolder, noting moment: Duration? = nil) throws(Errno) -> Reading {
        var hash = SHA256()
        var reading = Reading()
        var settings = [folder.target.string, "\(folder.delete)", folder.owner ?? "", folder.group ?? ""]
        if folder.direction != .push { settings.append(folder.direction.rawValue) }
        for text in settings + folder.exclude + ["--"] + folder.arguments { hash.update(field: text) }
        if moment != nil { reading.base = FolderBase.header(of: folder) }
        // what is here does not tell whether something comes back
        if folder.direction != .pull {
            try walk(folder) { entry, path, status in
                let change = Duration.seconds(status.st_ctim.tv_sec) + .nanoseconds(status.st_ctim.tv_nsec)
                reading.newestChange = max(reading.newestChange, change)
                guard entry.pointee.fts_level > 0 else { return }
                Self.add(entry, status, to: &hash)
                if let moment, change < moment, let base = Self.baseEntry(entry, status) {
                    base.append(to: &reading.base, path: path)
                }
            }
        }
        reading.fingerprint = hash.hexadecimal()
        return reading
    }

    /// Calls the body with a folder (level 0) and everything in it that is not left out by a simple pattern, in the order of names,
    /// so that the same tree always comes in the same order; with its path in the folder and what stat(2) says of it.
    private func walk(
        _ folder: SyncedFolder,
        _ body: (UnsafeMutablePointer<FTSENT>, UnsafePointer<CChar>, stat) -> Void
    ) throws(Errno) {
        let exclusions = Exclusions(folder)
        let root = folder.source.value.string + "/"
        guard let start = strdup(root) else { throw .noMemory }
        defer { free(start) }
        var roots: [UnsafeMutablePointer<CChar>?] = [start, nil]
        guard let walk = fts_open(&roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, Self.byName) else {
            throw Errno(rawValue: errno)
        }
        defer { fts_close(walk) }
        while let entry = fts_read(walk) {
            let kind = Int32(entry.pointee.fts_info)
            let level = Int(entry.pointee.fts_level)
            if kind == FTS_DP || kind == FTS_NS && entry.pointee.fts_errno == ENOENT { continue }
            if [FTS_DNR, FTS_ERR, FTS_NS].contains(kind) { throw Errno(rawValue: entry.pointee.fts_errno) }
            guard let status = entry.pointee.fts_statp?.pointee, let path = entry.pointee.fts_path else {
                continue
            }
            if level > 0, exclusions.contain(name(UnsafePointer(entry)), isDirectory: kind == FTS_D, level: level) {
                fts_set(walk, entry, FTS_SKIP)
            } else {
                body(entry, level == 0 ? path : path + root.utf8.count, status)
            }
        }
    }

    /// What stands in a folder, by path.
    func survey(_ folder: SyncedFolder) throws(Errno) -> FolderBase {
        var entries: [FilePath: BaseEntry] = [:]
        try walk(folder) { entry, path, status in
            guard entry.pointee.fts_level > 0, let found = Self.baseEntry(entry, status) else { return }
            entries[FilePath(platformString: path)] = found
        }
        return FolderBase(entries)
    }

    /// What the common ground knows an entry as.
    private static func baseEntry(_ entry: UnsafeMutablePointer<FTSENT>, _ status: stat) -> BaseEntry? {
        let kind = Int32(entry.pointee.fts_info)
        let link = kind == FTS_SL || kind == FTS_SLNONE ? target(of: entry.pointee.fts_accpath) : []
        return BaseEntry(status, link: link)
    }

    private static func target(of link: UnsafePointer<CChar>) -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        return count > 0 ? buffer.prefix(count).map(UInt8.init(bitPattern:)) : []
    }

    /// In the order of names, so that the same tree always has the same digest.
    private static let byName:
        @convention(c) (
            UnsafeMutablePointer<UnsafePointer<FTSENT>?>?, UnsafeMutablePointer<UnsafePointer<FTSENT>?>?
        ) -> Int32 = { left, right in
            guard let left = left?.pointee, let right = right?.pointee else { return 0 }
            return strcmp(name(left), name(right))
        }

    private static func add(_ entry: UnsafeMutablePointer<FTSENT>, _ status: stat, to hash: inout SHA256) {
        let bytes = UnsafeRawBufferPointer(start: name(UnsafePointer(entry)), count: Int(entry.pointee.fts_namelen) + 1)
        hash.update(bytes)
        // a directory's own size and time change with files that are left out
        var fields = [UInt64(entry.pointee.fts_level), UInt64(status.st_mode), 0, 0, 0, 0]
        if Int32(entry.pointee.fts_info) != FTS_D {
            fields[2] = UInt64(status.st_size)
            fields[3] = UInt64(bitPattern: Int64(status.st_mtim.tv_sec))
            fields[4] = UInt64(bitPattern: Int64(status.st_mtim.tv_nsec))
            fields[5] = UInt64(status.st_ino)
        }
        fields.withUnsafeBytes { hash.update($0) }
    }
}

/// The name of an entry, which C keeps behind the structure's end.
private func name(_ entry: UnsafePointer<FTSENT>) -> UnsafePointer<CChar> {
    let offset = MemoryLayout<FTSENT>.offset(of: \.fts_name) ?? 0
    return (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
}
