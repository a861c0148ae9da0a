import Glibc
package import SystemPackage

/// Files and directories of this host.
package enum HostFiles {
    /// What stands at a path, without following a symbolic link there.
    package enum Kind: Hashable, Sendable {
        /// A regular file.
        case file
        /// A directory.
        case directory
        /// A symbolic link.
        case link
        /// A device, a socket or a pipe.
        case other
    }

    /// What stands at the path, nil for nothing.
    package static func kind(_ path: FilePath) -> Kind? {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// Whether something stands at the path; links are followed.
    package static func exists(_ path: FilePath) -> Bool { access(path.string, F_OK) == 0 }

    /// Where a symbolic link points; nil where there is none, or none that may be read.
    package static func target(of link: FilePath) -> FilePath? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link.string, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return FilePath(String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    /// The content of a file, nil where there is none. `limit` bounds what is read; a larger file is an error.
    package static func read(_ path: FilePath, limit: Int = 64 << 20) throws(HostError) -> [UInt8]? {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            defer { try? file.close() }  // it was only read
            var status = stat()
            guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
            var bytes: [UInt8] = []
            // one byte more than there is, so that the end is seen; files of the kernel say that they have none
            var room = min(limit, max(Int(status.st_size), 4095)) + 1
            while bytes.count <= limit {
                let part = try [UInt8](unsafeUninitializedCapacity: room) { try fill($0, &$1, from: file) }
                bytes = bytes.isEmpty ? part : bytes + part
                if part.count < room { return bytes }
                room = min(limit - bytes.count, bytes.count) + 1
            }
            throw Errno.fileTooLarge
        } catch let error as Errno where error == .noSuchFileOrDirectory {
            return nil
        } catch {
            throw HostError("reading", path, (error as? Errno) ?? .ioError)
        }
    }

    /// Reads until a buffer is full, or to the file's end.
    private static func fill(
        _ buffer: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int, from file: FileDescriptor
    ) throws {
        while count < buffer.count {
            let space = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[count...]))
            let new = try file.read(into: space)
            if new == 0 { return }
            count += new
        }
    }

    /// Whether there is a directory, or a link to one.
    package static func isDirectory(_ path: FilePath) -> Bool {
        var status = stat()
        return stat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Bytes of a file from an offset on, fewer only where it is shorter.
    package static func head(of path: FilePath, from offset: Int64 = 0, count: Int) throws(HostError) -> [UInt8] {
        try HostError.wrap("reading", path) {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            return try file.closeAfter {
                if offset > 0 { try file.seek(offset: offset, from: .start) }
                return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                    try fill(buffer, &filled, from: file)
                }
            }
        }
    }

    /// Whether two paths lead to the same file or directory; false where one leads nowhere.
    package static func areSame(_ one: FilePath, _ other: FilePath) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(one.string, &first) == 0, stat(other.string, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// The length of a file; links are followed.
    package static func size(of path: FilePath) throws(HostError) -> Int64 {
        var status = stat()
        guard stat(path.string, &status) == 0 else { throw HostError("reading", path, Errno(rawValue: errno)) }
        return Int64(status.st_size)
    }

    /// Sets the permission bits of a file or directory, whatever the umask.
    package static func setMode(of path: FilePath, _ mode: FilePermissions) throws(HostError) {
        guard chmod(path.string, mode.rawValue) == 0 else {
            throw HostError("setting the mode of", path, Errno(rawValue: errno))
        }
    }

    /// Makes a directory and the missing ones above it. One that exists keeps its mode; the ones above can be passed through by
    /// anybody, as other things may come to stand in them that are for others, such as boxes beside a private configuration.
    package static func makeDirectory(
        _ path: FilePath, mode: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
    ) throws(HostError) {
        if mkdir(path.string, mode.rawValue) == 0 {
            // mkdir(2) takes the umask off; the mode asked for is the mode meant
            guard chmod(path.string, mode.rawValue) == 0 else {
                throw HostError("making", path, Errno(rawValue: errno))
            }
            return
        }
        switch Errno(rawValue: errno) {
        case .fileExists where kind(path) == .directory || exists(path): return
        case .noSuchFileOrDirectory where path.removingLastComponent() != path:
            try makeDirectory(path.removingLastComponent(), mode: mode.union([.groupExecute, .otherExecute]))
            try makeDirectory(path, mode: mode)
        case let error: throw HostError("making the directory", path, error)
        }
    }

    /// The names in a directory, sorted; none where there is no directory.
    package static func list(_ path: FilePath) throws(HostError) -> [String] {
        guard let directory = opendir(path.string) else {
            if errno == ENOENT { return [] }
            throw HostError("listing", path, Errno(rawValue: errno))
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file or a whole tree, without following links and without leaving the file system it starts on: a mount
    /// below it is an error, never emptied. Nothing at the path is fine.
    package static func remove(_ path: FilePath) throws(HostError) {
        try TreeRemoval.remove(path)
    }

    /// Renames, replacing a file that stands at the target.
    package static func rename(_ source: FilePath, to target: FilePath) throws(HostError) {
        guard Glibc.rename(source.string, target.string) == 0 else {
            throw HostError("renaming '\(source)' to", target, Errno(rawValue: errno))
        }
    }

    /// Makes what was renamed or removed in a directory outlive a power cut.
    package static func flush(directory: FilePath) throws(HostError) {
        try HostError.wrap("writing", directory) {
            let file = try FileDescriptor.open(directory, .readOnly, options: [.directory, .closeOnExec])
            try file.closeAfter { guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) } }
        }
    }
}
