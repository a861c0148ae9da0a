import Glibc
import SystemPackage

/// Reading of a file that others may write meanwhile. Then it is read again after the event that says so.
enum FileReading {
    /// The content of a file and what is known of it from just before; the path ends with a NUL. Nil where there is no file
    /// any more, which an event tells as well, or where it is larger than the limit.
    static func read(_ path: [UInt8], limit: Int) throws(Errno) -> (entry: FolderEntry, content: [UInt8])? {
        // a pipe that has taken the file's place must not be waited for, nor a link be followed
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        guard let entry = try FolderEntry(path), case .file(let size) = entry.kind, size <= limit else { return nil }
        let number = path.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { name in name.baseAddress.map { open($0, flags) } ?? -1 }
        }
        guard number >= 0 else {
            if errno == ENOENT || errno == ELOOP { return nil }
            throw Errno(rawValue: errno)
        }
        let file = FileDescriptor(rawValue: number)
        defer { try? file.close() }  // it was only read
        return (entry, try content(of: file, size))
    }

    private static func content(of file: FileDescriptor, _ size: Int) throws(Errno) -> [UInt8] {
        do {
            return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                while count < size {
                    let space = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[count...]))
                    let new = try file.read(into: space)
                    if new == 0 { return }
                    count += new
                }
            }
        } catch { throw (error as? Errno) ?? .ioError }
    }
}
