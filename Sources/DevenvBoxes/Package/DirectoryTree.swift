import DevenvHost
import Glibc
import SystemPackage

/// The files of a machine in a directory of this process's own, which nobody else changes meanwhile.
struct DirectoryTree: GuestTree {
    let root: FilePath

    func list(_ directories: Set<String>) throws(BoxError) -> [String: [GuestEntry]] {
        var found: [String: [GuestEntry]] = [:]
        for directory in directories {
            guard let location = resolve(directory) else { continue }
            found[directory] = try BoxError.wrap { () throws(HostError) in
                try HostFiles.list(location).map { name throws(HostError) in
                    let path = location.appending(name)
                    var status = stat()
                    guard lstat(path.string, &status) == 0, let kind = HostFiles.kind(path) else {
                        throw HostError("reading", path, Errno(rawValue: errno))
                    }
                    let owner = GuestOwner(
                        user: status.st_uid, group: status.st_gid, mode: UInt32(status.st_mode & 0o7777))
                    return GuestEntry(name: name, kind: kind, owner: owner)
                }
            }
        }
        return found
    }

    func read(_ file: String) throws(BoxError) -> [UInt8] {
        let path = try location(of: GuestPlace(file))
        return try BoxError.wrap { () throws(HostError) in
            guard HostFiles.kind(path) == .file, let bytes = try HostFiles.read(path, limit: 16 << 20) else {
                throw HostError("reading", path, .noSuchFileOrDirectory)
            }
            return bytes
        }
    }

    func apply(_ change: GuestChange) throws(BoxError) {
        for removal in change.removals {
            let path = try location(of: removal.place)
            try BoxError.wrap { () throws(HostError) in try HostFiles.remove(path) }
        }
        for writing in change.writings {
            let path = try location(of: writing.place)
            try BoxError.wrap { () throws(HostError) in
                try AtomicFile.write(
                    writing.bytes, to: path, mode: FilePermissions(rawValue: mode_t(writing.owner.mode)),
                    durable: false)
                guard lchown(path.string, writing.owner.user, writing.owner.group) == 0 else {
                    throw HostError("giving away", path, Errno(rawValue: errno))
                }
            }
        }
    }

    private func location(of place: GuestPlace) throws(BoxError) -> FilePath {
        if let directory = resolve(place.directory) { return directory.appending(place.name) }
        throw BoxError(.failed, "looking for '\(place)' in the machine's files: there is no such directory")
    }

    /// Where a directory is; nil where there is none. Links mean what they mean inside.
    private func resolve(_ directory: String) -> FilePath? {
        var rest = directory.split(separator: "/").map(String.init)[...]
        var parts: [String] = []
        var links = 0
        while let part = rest.popFirst() {
            if part == ".." { _ = parts.popLast() }
            if part == "." || part == ".." { continue }
            let location = path(parts + [part])
            switch HostFiles.kind(location) {
            case .directory: parts.append(part)
            case .link:
                links += 1
                guard links <= 40, let target = HostFiles.target(of: location) else { return nil }
                if target.isAbsolute { parts = [] }
                rest = target.string.split(separator: "/").map(String.init)[...] + rest
            default: return nil
            }
        }
        return path(parts)
    }

    private func path(_ parts: [String]) -> FilePath { parts.reduce(root) { $0.appending($1) } }
}
