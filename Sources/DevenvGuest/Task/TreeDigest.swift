package import DevenvCrypto
package import DevenvHost
package import DevenvPluginAPI
import Glibc
package import SystemPackage

/// The digest of a file or a tree: names, kinds, modes, contents and links; not times and owners.
package enum TreeDigest {
    private static let chunk = 256 << 10

    /// The digest of what is at a path; a link there is followed, the ones below are not. Some names in it may be left out.
    package static func digest(of path: FilePath, without left: Set<String> = []) async throws(ProvisionerError)
        -> String
    {
        var hash = SHA256()
        var waiting: [(path: FilePath, name: String)] = [(path, "")]
        while let (next, name) = waiting.popLast() {
            await Task.yield()
            guard !Task.isCancelled else {
                throw ProvisionerError("reading '\(path)': interrupted", isCancellation: true)
            }
            do throws(HostError) {
                let names = try add(next, name, to: &hash).filter { !left.contains($0) || !name.isEmpty }
                waiting += names.reversed().map { (next.appending($0), name.isEmpty ? $0 : "\(name)/\($0)") }
            } catch {
                throw ProvisionerError("\(error)")
            }
        }
        return hash.hexadecimal()
    }

    /// The digest of some texts.
    package static func digest(of fields: [String]) -> String {
        var hash = SHA256()
        for field in fields { hash.update(field: field) }
        return hash.hexadecimal()
    }

    /// Adds one entry; returns the names in it where it is a directory.
    private static func add(_ path: FilePath, _ name: String, to hash: inout SHA256) throws(HostError) -> [String] {
        var status = stat()
        guard (name.isEmpty ? stat(path.string, &status) : lstat(path.string, &status)) == 0 else {
            throw HostError("reading", path, Errno(rawValue: errno))
        }
        hash.update(field: name)
        hash.update(field: String(status.st_mode, radix: 8))
        switch status.st_mode & S_IFMT {
        case S_IFREG: try addContent(path, Int(status.st_size), to: &hash)
        case S_IFLNK: hash.update(field: try destination(of: path))
        case S_IFDIR: return try HostFiles.list(path)
        default: break
        }
        return []
    }

    private static func addContent(_ path: FilePath, _ size: Int, to hash: inout SHA256) throws(HostError) {
        hash.update(field: String(size))
        try addBytes(path, size, to: &hash)
    }

    /// Adds the content of a file of about this size, in bytes.
    package static func addBytes(_ path: FilePath, _ size: Int, to hash: inout SHA256) throws(HostError) {
        let file = try HostError.wrap("reading", path) {
            try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
        }
        defer { try? file.close() }  // it was only read
        var bytes = [UInt8](repeating: 0, count: min(size + 1, chunk))
        while true {
            let count = try HostError.wrap("reading", path) {
                try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
            }
            if count == 0 { return }
            bytes.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    private static func destination(of path: FilePath) throws(HostError) -> String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path.string, &bytes, bytes.count)
        guard count >= 0 else { throw HostError("reading", path, Errno(rawValue: errno)) }
        return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
