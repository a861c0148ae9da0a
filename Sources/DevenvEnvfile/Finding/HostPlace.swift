import SystemPackage

/// Looks at files and directories of the host without opening them.
enum HostPlace {
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

    /// What there is, links followed; nil where nothing can be seen.
    static func type(of path: FilePath) -> FileType? {
        do {
            return try path.stat().type
        } catch {
            return nil
        }
    }
}
