import Glibc
import SystemPackage

/// What stands in a directory, as readdir(3) has it.
enum DirectoryEntries {
    /// The names, byte for byte, and which of them are directories; the path ends with a NUL. None where the directory is gone.
    static func list(_ path: [UInt8]) throws(Errno) -> [(name: [UInt8], isDirectory: Bool)] {
        let directory = path.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { name in name.baseAddress.flatMap { opendir($0) } }
        }
        guard let directory else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw Errno(rawValue: errno)
        }
        defer { closedir(directory) }
        var entries: [(name: [UInt8], isDirectory: Bool)] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name == [UInt8(ascii: ".")] || name == Array("..".utf8) { continue }
            entries.append((name, isDirectory(entry, in: path, name)))
        }
        return entries
    }

    /// Some file systems don't say what an entry is.
    private static func isDirectory(
        _ entry: UnsafeMutablePointer<dirent>, in path: [UInt8], _ name: [UInt8]
    ) -> Bool {
        guard Int(entry.pointee.d_type) == Int(DT_UNKNOWN) else { return Int(entry.pointee.d_type) == Int(DT_DIR) }
        let whole = Array(path[..<(path.count - 1)]) + [UInt8(ascii: "/")] + name + [0]
        // what vanishes meanwhile is told by an event
        guard case .directory? = (try? FolderEntry(whole))?.flatMap(\.self)?.kind else { return false }
        return true
    }
}
