import CHost
import Glibc
import SystemPackage

/// An entry of a synced folder as it is at this moment.
struct FolderEntry: Sendable {
    /// What kind of thing it is.
    enum Kind: Sendable {
        /// A file with so many bytes.
        case file(size: Int)
        /// A symbolic link.
        case link
        /// A directory.
        case directory
        /// A device, a socket or a pipe, which mean nothing in a machine.
        case other
    }

    let kind: Kind
    /// Its permission bits.
    let mode: UInt32
    /// When its content changed last, since 1970.
    let seconds: Int
    let nanoseconds: Int

    /// Looks at an entry, without following a link; nil where there is none. The path ends with a NUL.
    init?(_ path: [UInt8]) throws(Errno) {
        var status = stat()
        let result = path.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { name in name.baseAddress.map { lstat($0, &status) } ?? -1 }
        }
        guard result == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw Errno(rawValue: errno)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file(size: Int(status.st_size))
        case S_IFLNK: kind = .link
        case S_IFDIR: kind = .directory
        default: kind = .other
        }
        mode = status.st_mode & 0o7777
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }

    /// Where the symbolic link of this path, which ends with a NUL, leads; nil where there is none any more.
    static func target(of path: [UInt8]) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let room = buffer.count
        let count = path.withUnsafeBufferPointer { source in
            source.withMemoryRebound(to: CChar.self) { name in
                buffer.withUnsafeMutableBufferPointer { target in
                    target.withMemoryRebound(to: CChar.self) { place in
                        guard let name = name.baseAddress, let place = place.baseAddress else { return -1 }
                        return readlink(name, place, room)
                    }
                }
            }
        }
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}
