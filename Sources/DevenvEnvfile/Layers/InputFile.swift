import SystemPackage

/// Reads a file of the user's whole.
enum InputFile {
    /// More than this is no Envfile.
    private static let limit = 64 << 20

    /// The content of a file.
    static func read(_ path: FilePath) throws(Errno) -> [UInt8] {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            return try file.closeAfter { try content(of: file) }
        } catch {
            throw error as? Errno ?? .ioError
        }
    }

    private static func content(of file: FileDescriptor) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= limit {
            let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
        }
        throw Errno.fileTooLarge
    }
}
