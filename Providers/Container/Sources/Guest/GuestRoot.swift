import CSyscalls
import DevenvHost
import Glibc
import SystemPackage

/// A machine's root file system, written to from outside.
///
/// Whatever the machine made of its links, nothing leads out of it: every path is resolved by openat2(2) as if the
/// machine's root were the root. Owners are given as ids inside.
struct GuestRoot: ~Copyable {
    private let root: FileDescriptor
    private let path: FilePath
    private let ids: IDRange

    /// Opens a mounted root file system.
    init(_ path: FilePath, ids: IDRange) throws(HostError) {
        self.path = path
        self.ids = ids
        root = try HostError.wrap("opening", path) {
            try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
        }
    }

    deinit {
        try? root.close()  // nothing is written through it
    }

    /// The content of a file; nil where there is none.
    func read(_ file: String) throws(HostError) -> [UInt8]? {
        do {
            let descriptor = try open(file, O_RDONLY | O_NONBLOCK, attempt: "reading")
            return try HostError.wrap("reading", path.appending(file)) {
                try descriptor.closeAfter { try descriptor.readAll() }
            }
        } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
            return nil
        }
    }

    /// Makes a directory with its owner and mode; one that exists is left as it is.
    func makeDirectory(_ directory: String, mode: FilePermissions, owner: GuestAccount) throws(HostError) {
        let (parent, name) = try self.parent(of: directory)
        defer { close(parent) }
        guard mkdirat(parent, name, mode.rawValue) == 0 else {
            let error = Errno(rawValue: errno)
            if error == .fileExists { return }
            throw HostError("making", path.appending(directory), error)
        }
        try own(parent, name, owner, directory)
    }

    /// Writes a whole file: whoever reads it sees the old content or the new. The mode holds from its first byte.
    /// Leaves a file alone that has this content already.
    func write(_ bytes: [UInt8], to file: String, mode: FilePermissions, owner: GuestAccount) throws(HostError) {
        if try read(file) == bytes { return }
        let (parent, name) = try self.parent(of: file)
        defer { close(parent) }
        let temporary = ".\(name).devenv"
        unlinkat(parent, temporary, 0)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let raw = try SystemCall.check("writing", path.appending(file)) {
            openat(parent, temporary, flags, mode.rawValue)
        }
        let descriptor = FileDescriptor(rawValue: raw)
        do throws(HostError) {
            try HostError.wrap("writing", path.appending(file)) {
                try descriptor.closeAfter {
                    _ = try descriptor.writeAll(bytes)
                    guard fchmod(raw, mode.rawValue) == 0 else { throw Errno(rawValue: errno) }
                }
            }
            try own(parent, temporary, owner, file)
            try SystemCall.check("writing", path.appending(file)) { renameat(parent, temporary, parent, name) }
        } catch {
            unlinkat(parent, temporary, 0)
            throw error
        }
    }

    private func own(_ parent: Int32, _ name: String, _ owner: GuestAccount, _ file: String) throws(HostError) {
        guard let user = ids.outside(owner.user), let group = ids.outside(owner.group) else {
            throw HostError("giving to the user \(owner.user) of the box", path.appending(file), .invalidArgument)
        }
        try SystemCall.check("giving away", path.appending(file)) {
            fchownat(parent, name, user, group, AT_SYMLINK_NOFOLLOW)
        }
    }

    /// The directory that a path's last component is in, and that component.
    private func parent(of file: String) throws(HostError) -> (Int32, String) {
        let whole = FilePath(file)
        guard let name = whole.lastComponent?.string else { throw HostError("writing", whole, .invalidArgument) }
        let directory = whole.removingLastComponent().string
        let descriptor = try open(directory.isEmpty ? "/" : directory, O_RDONLY | O_DIRECTORY, attempt: "opening")
        return (descriptor.rawValue, name)
    }

    private func open(_ file: String, _ flags: Int32, attempt: String) throws(HostError) -> FileDescriptor {
        let raw = try SystemCall.check(attempt, path.appending(file)) {
            devenv_open_in_root(root.rawValue, file, flags, 0)
        }
        return FileDescriptor(rawValue: raw)
    }
}

extension FileDescriptor {
    /// Everything up to the end, at most 16 MiB.
    fileprivate func readAll() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < 16 << 20 {
            let count = try chunk.withUnsafeMutableBytes { try read(into: $0) }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
        }
        throw Errno.fileTooLarge
    }
}
