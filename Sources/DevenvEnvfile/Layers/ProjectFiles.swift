package import SystemPackage

/// The files that an Envfile is put together from and speaks of.
package struct ProjectFiles: Sendable {
    private let type: @Sendable (FilePath) -> FileType?
    private let content: @Sendable (FilePath) throws(Errno) -> [UInt8]

    /// Those of the host.
    package static let host = ProjectFiles(type: HostPlace.type(of:), content: InputFile.read)

    /// These and no others; their directories exist as well. Nothing that an Envfile says then reaches the host.
    package static func inMemory(_ files: [FilePath: [UInt8]]) -> ProjectFiles {
        let directories = files.keys.reduce(into: Set<FilePath>()) { known, path in
            var path = path
            while path.removeLastComponent() { known.insert(path) }
        }
        return ProjectFiles(
            type: { files[$0] != nil ? .regular : directories.contains($0) ? .directory : nil },
            content: { path throws(Errno) in
                guard let bytes = files[path] else { throw Errno.noSuchFileOrDirectory }
                return bytes
            })
    }

    private init(
        type: @escaping @Sendable (FilePath) -> FileType?,
        content: @escaping @Sendable (FilePath) throws(Errno) -> [UInt8]
    ) {
        self.type = type
        self.content = content
    }

    /// Whether there is a directory, links followed.
    func isDirectory(_ path: FilePath) -> Bool { type(path) == .directory }

    /// Whether there is something to read that is no directory, links followed: a file, or a pipe as in `-f <(…)`.
    func isFile(_ path: FilePath) -> Bool { type(path).map { $0 != .directory } ?? false }

    /// The content of a file.
    func read(_ path: FilePath) throws(Errno) -> [UInt8] { try content(path) }
}
