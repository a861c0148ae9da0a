import Glibc
package import SystemPackage

/// Writing of files that are whole or not there at all, whatever happens in between.
package enum AtomicFile {
    /// Writes a file so that a reader, or a crash at any moment, finds either the old content or the new: into a temporary
    /// file in the same directory, fsync(2), rename(2), fsync of the directory. The mode holds from the first byte.
    ///
    /// `durable` may be false for what can be made again, such as a cache: then a power cut may lose it, never tear it.
    package static func write(
        _ bytes: [UInt8], to path: FilePath, mode: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead],
        durable: Bool = true
    ) throws(HostError) {
        let temporary = FilePath("\(path.string).\(getpid()).\(UInt32.random(in: .min ... .max))")
        let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .closeOnExec]
        let file = try HostError.wrap("writing", path) {
            try FileDescriptor.open(temporary, .writeOnly, options: options, permissions: mode)
        }
        do throws(HostError) {
            try HostError.wrap("writing", path) { try fill(file, bytes, mode, durable) }
            try HostFiles.rename(temporary, to: path)
        } catch {
            unlink(temporary.string)
            throw error
        }
        let directory = path.removingLastComponent()
        if durable { try HostFiles.flush(directory: directory.isEmpty ? "." : directory) }
    }

    private static func fill(_ file: FileDescriptor, _ bytes: [UInt8], _ mode: FilePermissions, _ durable: Bool) throws
    {
        try file.closeAfter {
            _ = try file.writeAll(bytes)
            guard fchmod(file.rawValue, mode.rawValue) == 0 else { throw Errno(rawValue: errno) }
            guard !durable || fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
    }
}
