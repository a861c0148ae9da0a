import DevenvCrypto
import DevenvHost
import Glibc
import SystemPackage

/// What a definition names on the host, as it goes into a build: content, names, links and what may be executed. Owners, other
/// permissions and times are a checkout's own business and would tell two of them apart.
enum BuildInput {
    private static let directoryMode: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
    private static let fileMode: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]

    /// Takes what lies at a path, links there followed, into a digest, and copies it where a target is given.
    static func take(_ source: FilePath, to target: FilePath?, into digest: inout SHA256) throws(BoxError) {
        guard let path = realpath(source.string, nil) else {
            throw BoxError.file(HostError("reading", source, Errno(rawValue: errno)))
        }
        defer { free(path) }
        try take(entry: FilePath(String(cString: path)), as: "", to: target, into: &digest)
    }

    private static func take(
        entry source: FilePath, as name: String, to target: FilePath?, into digest: inout SHA256
    ) throws(BoxError) {
        try Task.checkBuild()
        switch HostFiles.kind(source) {
        case .directory:
            digest.update(field: "d\(name)")
            try BoxError.wrap { () throws(HostError) in
                if let target { try HostFiles.makeDirectory(target, mode: directoryMode) }
            }
            for child in try BoxError.wrap({ () throws(HostError) in try HostFiles.list(source) }) {
                try take(
                    entry: source.appending(child), as: "\(name)/\(child)", to: target?.appending(child), into: &digest)
            }
        case .file: try take(file: source, as: name, to: target, into: &digest)
        case .link:
            let destination = HostFiles.target(of: source)?.string ?? ""
            digest.update(field: "l\(name)")
            digest.update(field: destination)
            guard let target else { return }
            guard symlink(destination, target.string) == 0 else {
                throw .file(HostError("making", target, Errno(rawValue: errno)))
            }
        case .other, nil:
            throw BoxError(
                .invalid, "'\(source)' is no file, directory or link, and nothing else can be put into a box")
        }
    }

    private static func take(
        file source: FilePath, as name: String, to target: FilePath?, into digest: inout SHA256
    ) throws(BoxError) {
        let isProgram = isExecutable(source)
        digest.update(field: (isProgram ? "x" : "f") + name)
        let content = try BoxError.wrap { () throws(HostError) in try copy(source, to: target) }
        digest.update(field: content)
        guard let target else { return }
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.setMode(of: target, isProgram ? directoryMode : fileMode)
        }
    }

    private static func isExecutable(_ path: FilePath) -> Bool {
        var status = stat()
        return stat(path.string, &status) == 0 && status.st_mode & S_IXUSR != 0
    }

    /// Copies a file, or only reads it; gives its digest.
    private static func copy(_ source: FilePath, to target: FilePath?) throws(HostError) -> String {
        try HostError.wrap("copying", source) {
            var digest = SHA256()
            let file = try FileDescriptor.open(source, .readOnly, options: [.closeOnExec])
            defer { try? file.close() }  // it was only read
            let copy = try target.map {
                try FileDescriptor.open(
                    $0, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: fileMode)
            }
            var chunk = [UInt8](repeating: 0, count: 256 << 10)
            while case let count = try chunk.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
                digest.update(Array(chunk.prefix(count)))
                _ = try copy?.writeAll(chunk.prefix(count))
            }
            try copy?.close()
            return digest.hexadecimal()
        }
    }
}

extension Task where Success == Never, Failure == Never {
    /// Throws where the build has been interrupted.
    fileprivate static func checkBuild() throws(BoxError) {
        if isCancelled { throw BoxError(.cancelled, "building a box: interrupted") }
    }
}
