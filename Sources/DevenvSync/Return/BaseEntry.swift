import CHost
import Glibc

/// What stands at a path of a folder, as far as it tells whether that has changed.
struct BaseEntry: Hashable, Sendable {
    /// What kinds of things are brought back.
    enum Kind: Hashable, Sendable {
        /// A regular file.
        case file
        /// A directory.
        case directory
        /// A symbolic link.
        case link
    }

    /// Kind and permissions, `st_mode` of stat(2).
    var mode: UInt32
    /// The length in bytes; 0 of directories.
    var size: Int64
    /// When the content changed last, since 1970; 0 of directories and links, whose times say nothing.
    var seconds: Int64
    /// The part of that which is less than a second.
    var nanoseconds: Int64
    /// Where a link leads; empty of all else.
    var link: [UInt8]

    /// Describes what stat(2) told; nil of devices, pipes and sockets, which are not brought back.
    init?(_ status: stat, link: [UInt8] = []) {
        guard let kind = Kind(mode: status.st_mode) else { return nil }
        self.init(mode: status.st_mode, size: 0, seconds: 0, nanoseconds: 0, link: kind == .link ? link : [])
        guard kind == .file else { return }
        size = Int64(status.st_size)
        seconds = Int64(status.st_mtim.tv_sec)
        nanoseconds = Int64(status.st_mtim.tv_nsec)
    }

    /// Describes what was remembered.
    init(mode: UInt32, size: Int64, seconds: Int64, nanoseconds: Int64, link: [UInt8]) {
        // the permissions of links mean nothing
        self.mode = mode & S_IFMT == S_IFLNK ? S_IFLNK : mode
        self.size = size
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        self.link = link
    }

    /// What it is.
    var kind: Kind { Kind(mode: mode) ?? .file }
    /// Its permissions alone.
    var permissions: UInt32 { mode & 0o7777 }
}

extension BaseEntry.Kind {
    /// The kind that `st_mode` tells; nil for others.
    fileprivate init?(mode: UInt32) {
        switch mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .directory
        case S_IFLNK: self = .link
        default: return nil
        }
    }
}
