import CHost
import DevenvHost
import Glibc
import SystemPackage

/// A folder with what both sides had when they were last equal, but for the content: files of the same length, times and
/// permissions without a byte in them. So rsync itself tells what has changed since, by its own rules.
struct ShadowFolder: Sendable {
    /// Where it is.
    let root: FilePath

    /// Makes it, for these paths only, in a directory that does not exist yet.
    init(_ entries: [FilePath: BaseEntry], at root: FilePath) throws(HostError) {
        self.root = root
        try HostFiles.makeDirectory(root, mode: .ownerReadWriteExecute)
        let paths = entries.keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        for path in paths { if let entry = entries[path] { try make(entry, at: path) } }
        // directories last, as one that is not to be written to could not be filled
        for path in paths.reversed() {
            guard let entry = entries[path], entry.kind == .directory else { continue }
            chmod(root.appending(path.components).string, entry.permissions)
        }
    }

    /// Removes it.
    func remove() throws(HostError) { try HostFiles.remove(root) }

    private func make(_ entry: BaseEntry, at path: FilePath) throws(HostError) {
        let place = root.appending(path.components)
        switch entry.kind {
        case .directory: try HostFiles.makeDirectory(place, mode: .ownerReadWriteExecute)
        case .link:
            try HostFiles.makeDirectory(place.removingLastComponent(), mode: .ownerReadWriteExecute)
            let target = entry.link.map { CChar(bitPattern: $0) } + [0]
            guard symlink(target, place.string) == 0 else {
                throw HostError("making a shadow of", path, Errno(rawValue: errno))
            }
        case .file:
            try HostFiles.makeDirectory(place.removingLastComponent(), mode: .ownerReadWriteExecute)
            try makeFile(entry, at: place)
        }
    }

    private func makeFile(_ entry: BaseEntry, at place: FilePath) throws(HostError) {
        try HostError.wrap("making a shadow in", place) {
            let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .closeOnExec]
            let file = try FileDescriptor.open(place, .writeOnly, options: options, permissions: .ownerReadWrite)
            try file.closeAfter {
                let time = timespec(tv_sec: Int(entry.seconds), tv_nsec: Int(entry.nanoseconds))
                guard ftruncate(file.rawValue, off_t(entry.size)) == 0, fchmod(file.rawValue, entry.permissions) == 0,
                    futimens(file.rawValue, [time, time]) == 0
                else { throw Errno(rawValue: errno) }
            }
        }
    }
}
