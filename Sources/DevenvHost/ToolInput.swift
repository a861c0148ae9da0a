import CHost
import Glibc
import SystemPackage

/// What a program reads on its standard input.
enum ToolInput {
    /// The bytes as a file in memory, at its start; the caller closes it. Not a pipe: a program that ended without reading
    /// one would end us with SIGPIPE.
    static func file(of bytes: [UInt8]) throws -> FileDescriptor {
        guard !bytes.isEmpty else { return try FileDescriptor.open("/dev/null", .readOnly, options: [.closeOnExec]) }
        let descriptor = devenv_anonymous_file("input")
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        let file = FileDescriptor(rawValue: descriptor)
        do {
            _ = try file.writeAll(bytes)
            _ = try file.seek(offset: 0, from: .start)
        } catch {
            try? file.close()  // the first error is the one to report
            throw error
        }
        return file
    }
}
