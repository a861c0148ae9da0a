import DevenvCrypto
import DevenvHost
import DevenvModel
import Glibc
import SystemPackage

/// Whether the user has trusted an Envfile as it is now, with all that its hooks name.
struct HookTrust: Sendable {
    private let envfile: Envfile
    private let file: FilePath

    /// Looks into what the user keeps.
    init(_ envfile: Envfile, _ host: HostDirectories) {
        self.envfile = envfile
        let name = SHA256.hexadecimal(of: Array(envfile.path.string.utf8)).prefix(16)
        file = host.data.appending("trust").appending(String(name))
    }

    /// Whether it is.
    var isGranted: Bool {
        get throws { try HostFiles.read(file).map { String(decoding: $0, as: UTF8.self) } == text() }
    }

    /// Trusts it.
    func grant() throws {
        try HostFiles.makeDirectory(file.removingLastComponent(), mode: .ownerReadWriteExecute)
        try AtomicFile.write(Array(try text().utf8), to: file, mode: .ownerReadWrite)
    }

    /// Trusts it no longer.
    func revoke() throws { try HostFiles.remove(file) }

    /// Each file with its digest. A path that moves is another Envfile.
    private func text() throws -> String {
        let files = envfile.files + named
        return try files.map { file in
            let bytes = try HostFiles.read(file) ?? []
            return "\(SHA256.hexadecimal(of: bytes))  \(file)\n"
        }.joined()
    }

    /// The programs of the project that hooks start: these may change without the Envfile. Files that hooks only read or write are
    /// none.
    private var named: [FilePath] {
        let paths = envfile.hooks.flatMap { Self.words($0.script) }.compactMap { interpreter, word -> FilePath? in
            let path = envfile.directory.pushing(FilePath(word)).lexicallyNormalized()
            guard path.starts(with: envfile.directory), Self.isFile(path) else { return nil }
            return Self.interpreters.contains(interpreter) || access(path.string, X_OK) == 0 ? path : nil
        }
        return Set(paths).sorted { $0.string < $1.string }
    }

    /// The words of a script, each with the one before it and its options: `sh -eu FILE` starts a file, `test -e FILE` does not.
    private static func words(_ script: String) -> [(before: String, word: String)] {
        var before = ""
        return script.split { " \t\n;|&()<>\"'`=$".contains($0) }.map(String.init).map { word in
            defer { if !word.hasPrefix("-") { before = word } }
            return (before, word)
        }
    }

    private static let interpreters: Set<String> = [
        ".", "source", "sh", "bash", "dash", "ksh", "zsh", "fish", "env", "exec", "python", "python3", "perl", "ruby",
        "node",
    ]

    private static func isFile(_ path: FilePath) -> Bool { HostFiles.exists(path) && !HostFiles.isDirectory(path) }
}
