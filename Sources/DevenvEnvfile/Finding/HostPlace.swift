import SystemPackage

/// Looks at files and directories of the host without opening them.
enum HostPlace {
    /// Whether there is a directory, links followed.
    static func isDirectory(_ path: FilePath) -> Bool { type(of: path) == .directory }

    /// Whether there is something to read that is no directory, links followed: a file, or a pipe as in `-f <(…)`.
    static func isFile(_ path: FilePath) -> Bool { type(of: path).map { $0 != .directory } ?? false }

    /// A path as seen from a directory: `../Envfile`; both must be absolute and normalized.
    static func relative(_ path: FilePath, to directory: FilePath) -> String {
        let (target, base) = (Array(path.components), Array(directory.components))
        var shared = 0
        while shared < min(target.count, base.count), target[shared] == base[shared] { shared += 1 }
        // A way that climbs to the root and down again is harder to read than the whole path
        guard shared > 0 || base.isEmpty else { return path.string }
        let up = Array(repeating: "..", count: base.count - shared)
        return (up + target[shared...].map(\.string)).joined(separator: "/")
    }

    private static func type(of path: FilePath) -> FileType? {
        do {
            return try path.stat().type
        } catch {
            return nil
        }
    }
}
