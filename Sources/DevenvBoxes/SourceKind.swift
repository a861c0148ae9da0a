import DevenvHost
import Glibc
import SystemPackage

/// What `box add` is given, told by its content.
enum SourceKind: Hashable, Sendable {
    /// The root of a file system: a directory, or an archive of one.
    case tree
    /// A disk image.
    case disk

    /// Looks at what stands at a path; throws `.invalid` for what can't be read.
    init(of path: FilePath, _ attempt: String) throws(BoxError) {
        guard access(path.string, R_OK) == 0 else {
            let reason = Errno(rawValue: errno)
            throw BoxError(.invalid, "\(attempt): \(reason.description.lowercased())")
        }
        guard path != "/" else {
            throw BoxError(.invalid, "\(attempt): the root of this host can't be a box while it is in use")
        }
        let isDisk = Self.isDirectory(path) ? false : try Self.isDisk(path)
        self = isDisk ? .disk : .tree
    }

    /// Whether there is a directory, or a link to one.
    static func isDirectory(_ path: FilePath) -> Bool {
        var status = stat()
        return stat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func isDisk(_ path: FilePath) throws(BoxError) -> Bool {
        try BoxError.wrap { () throws(HostError) in
            try HostError.wrap("reading", path) {
                let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
                return try file.closeAfter {
                    var head = [UInt8](repeating: 0, count: QCOW2Header.magic.count)
                    _ = try head.withUnsafeMutableBytes { try file.read(into: $0) }
                    return head == QCOW2Header.magic
                }
            }
        }
    }
}
