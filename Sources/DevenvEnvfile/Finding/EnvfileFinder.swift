package import SystemPackage

/// Finds the Envfile that a command means.
package struct EnvfileFinder: Sendable {
    /// The file that was found.
    package struct Found: Sendable, Equatable {
        /// Where it is: absolute and without `.` and `..`.
        package let path: FilePath
        /// The file as it is named in messages: relative to the working directory, so that a terminal can open it.
        package let displayName: String
    }

    /// The names of an Envfile, in the order that they are tried in each directory.
    package static let names = ["Envfile", "Envfile.yaml", "Envfile.yml"]

    private let file: (path: FilePath, source: String)?
    private let start: (path: FilePath, source: String)
    private let workingDirectory: FilePath

    /// Takes what the command line and the environment say: `-f` wins over `DEVENV_FILE`, `-C` over `DEVENV_CWD`; a
    /// relative `-f` starts from where `-C` leads to. Empty variables count as unset.
    package init(
        file: FilePath? = nil, directory: FilePath? = nil, environment: [String: String], workingDirectory: FilePath
    ) {
        self.workingDirectory = workingDirectory.lexicallyNormalized()
        func named(_ option: FilePath?, _ flag: String, _ variable: String) -> (path: FilePath, source: String)? {
            if let option { return (option, flag) }
            return environment[variable].flatMap { $0.isEmpty ? nil : (FilePath($0), variable) }
        }
        let start = named(directory, "-C", "DEVENV_CWD") ?? (workingDirectory, "the working directory")
        self.start = (workingDirectory.pushing(start.path).lexicallyNormalized(), start.source)
        self.file = named(file, "-f", "DEVENV_FILE")
    }

    /// The Envfile.
    package func find() throws(EnvfileError) -> Found {
        guard ProjectFiles.host.isDirectory(start.path) else {
            throw .noDirectory(start.path, namedBy: start.source)
        }
        if let file {
            let path = start.path.pushing(file.path).lexicallyNormalized()
            guard ProjectFiles.host.isFile(path) else { throw .missing(path, namedBy: file.source) }
            return found(path)
        }
        var directory = start.path
        while true {
            for name in Self.names where ProjectFiles.host.isFile(directory.appending(name)) {
                return found(directory.appending(name))
            }
            guard directory.removeLastComponent() else { throw .notFound(from: start.path) }
        }
    }

    private func found(_ path: FilePath) -> Found {
        Found(path: path, displayName: HostPlace.relative(path, to: workingDirectory))
    }
}
