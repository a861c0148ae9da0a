import Glibc
package import SystemPackage

extension HostFiles {
    /// How many bytes a user may still write to the file system of a directory; nil where that can't be told.
    package static func room(in directory: FilePath) -> Int64? { space(in: directory)?.bytes }

    /// Whether a file system has next to nothing left: what tools say about it differs, what the kernel says does not.
    package static func isFull(_ directory: FilePath) -> Bool {
        space(in: directory).map { $0.bytes < 1 << 20 || $0.files < 16 } ?? false
    }

    private static func space(in directory: FilePath) -> (bytes: Int64, files: UInt)? {
        var status = statvfs()
        guard statvfs(directory.string, &status) == 0 else { return nil }
        return (Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize)), status.f_favail)
    }
}
