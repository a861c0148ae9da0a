import DevenvCrypto
import DevenvGuest
import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// Everything that a source would send, with what tells whether it is in the machine already.
struct SourceTree: Sendable {
    /// Something that is sent.
    struct Member: Equatable, Sendable {
        /// Its path within the source; empty for the source itself.
        let name: String
        /// The length of a regular file; nil of all else.
        let size: Int64?
        /// Its permissions.
        let permissions: UInt32
        /// Whether it is a directory.
        let isDirectory: Bool
    }

    /// The source.
    let source: FileSource
    /// What it holds, what is above before what is below.
    let members: [Member]

    /// Reads a source, but no contents. Throws where something may not be read: tar would go on without it, and say so only when
    /// all else is in place.
    init(_ source: FileSource) async throws(ProvisionerError) {
        self.source = source
        var members: [Member] = []
        var waiting = [""]
        while let name = waiting.popLast() {
            await Task.yield()
            guard !Task.isCancelled else {
                throw ProvisionerError("reading '\(source.path)': interrupted", isCancellation: true)
            }
            do throws(HostError) {
                guard let (member, names) = try Self.look(name, in: source.path) else { continue }
                members.append(member)
                waiting += names.reversed().map { name.isEmpty ? $0 : "\(name)/\($0)" }
            } catch { throw ProvisionerError("\(error)") }
        }
        self.members = members
    }

    /// The digest of a file's content; nil where it can't be read any more.
    func digest(of member: Member) -> String? {
        var hash = SHA256()
        let path = Self.path(member.name, in: source.path)
        guard (try? TreeDigest.addBytes(path, Int(member.size ?? 0), to: &hash)) != nil else { return nil }
        return hash.hexadecimal()
    }

    private static func path(_ name: String, in root: FilePath) -> FilePath {
        name.isEmpty ? root : FilePath(root.string + "/" + name)
    }

    /// An entry, and the names in it where it is a directory; nil of sockets, which are left out.
    private static func look(
        _ name: String, in root: FilePath
    ) throws(HostError) -> (member: Member, names: [String])? {
        let path = path(name, in: root)
        var status = stat()
        // only the source itself is followed
        guard (name.isEmpty ? stat(path.string, &status) : lstat(path.string, &status)) == 0 else {
            throw HostError("reading", path, Errno(rawValue: errno))
        }
        let kind = status.st_mode & S_IFMT
        if kind == S_IFSOCK { return nil }
        if kind == S_IFREG || kind == S_IFDIR, access(path.string, R_OK) != 0 {
            throw HostError("reading", path, Errno(rawValue: errno))
        }
        let member = Member(
            name: name, size: kind == S_IFREG ? Int64(status.st_size) : nil, permissions: status.st_mode & 0o7777,
            isDirectory: kind == S_IFDIR)
        return (member, kind == S_IFDIR ? try HostFiles.list(path) : [])
    }
}
