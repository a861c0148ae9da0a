import CLibvirt  // whose headers define timespec before Glibc does, where a whole module is compiled at once
import DevenvHost
import Glibc
import SystemPackage

/// What a file looked like when its content was known to be right. Nobody writes to a base, so that one that still looks like
/// that has the same content.
struct FileProof: Codable, Hashable, Sendable {
    /// Its length.
    let bytes: Int64
    /// When it was written to, in seconds and nanoseconds since 1970.
    let modified: String
    /// Its number in its file system; nil where only libvirt can see it.
    let inode: UInt64?

    /// Looks at a file of this host; nil where there is none.
    init?(file: FilePath) {
        var status = stat()
        guard unsafe lstat(file.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        bytes = Int64(status.st_size)
        modified = Self.text(status.st_mtim)
        inode = UInt64(status.st_ino)
    }

    /// Reads what libvirt tells of a volume; nil where it tells too little.
    init?(volume: XMLElement) {
        let length = volume["physical"] ?? volume["allocation"]
        guard let bytes = length.flatMap({ Int64($0.text) }),
            let modified = volume["target", "timestamps", "mtime"]?.text
        else { return nil }
        self.bytes = bytes
        self.modified = modified
        inode = nil
    }

    /// Whether two paths lead to the same file.
    static func isSameFile(_ one: FilePath, _ other: FilePath) -> Bool {
        var (first, second) = (stat(), stat())
        guard unsafe lstat(one.string, &first) == 0, unsafe lstat(other.string, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    private static func text(_ time: timespec) -> String {
        let nanoseconds = String(time.tv_nsec)
        return "\(time.tv_sec)." + String(repeating: "0", count: 9 - nanoseconds.count) + nanoseconds
    }
}
