import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage

/// The user's directories that all acceptance tests share, with one box in its store. Made once a run, removed when the
/// tests' process ends.
actor AcceptanceHome {
    static let shared = AcceptanceHome()

    /// The name of the box that machines of the tests start from.
    static let box = "test/debian"

    private var made: Task<DevenvBinary, any Error>?

    /// The program with its directories, made when they are first asked for.
    func binary() async throws -> DevenvBinary {
        if let made { return try await made.value }
        let task = Task { try await Self.make() }
        made = task
        return try await task.value
    }

    /// Machines run as unprivileged users of this host, who must be able to reach their files: not below a home directory.
    private static func make() async throws -> DevenvBinary {
        let home = FilePath("/var/tmp/devenv-acceptance-\(getpid())")
        try HostFiles.makeDirectory(home, mode: [.ownerReadWriteExecute, .groupExecute, .otherExecute])
        atexit { try? HostFiles.remove(FilePath("/var/tmp/devenv-acceptance-\(getpid())")) }  // nobody is left to tell
        let binary = DevenvBinary(home: home)
        let image = try await TestBox.image()
        let source = image.layers.first?.string ?? ""
        let added = try await binary.run(["box", "add", source, "--name", box], in: "/", timeout: .seconds(300))
        guard added.status == 0 else { throw Failure(description: added.transcript) }
        return binary
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
