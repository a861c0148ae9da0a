import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// One of the projects in `Envfiles/`, copied to a directory of a test's own and destroyed when the test ends.
enum ExampleProject {
    private static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().appending("Envfiles")

    /// Runs a test with a copy of an example.
    static func with(
        _ name: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: @Sendable (AcceptanceProject) async throws -> Void
    ) async throws {
        let binary = try await ExampleHome.shared.binary()
        let directory = FilePath("/var/tmp/devenv-example-" + SecureRandom.hexadecimal(digits: 12))
        let copy = ToolInvocation("cp", ["-a", folder.appending(name).string, directory.string])
        guard try await SystemToolRunner().run(copy).status == 0 else {
            throw ExampleFailure(description: "'\(name)' can't be copied")
        }
        // State, a password and the like of somebody who tried the example here are no part of it.
        for leftover in [".devenv", ".password"] { try HostFiles.remove(directory.appending(leftover)) }
        let project = AcceptanceProject(directory: directory, binary: binary)
        let result: Result<Void, any Error>
        do { result = .success(try await body(project)) } catch { result = .failure(error) }
        try await project.destroyWhole(sourceLocation: sourceLocation)
        try HostFiles.remove(directory)
        try result.get()
    }
}

/// The user's directories that the examples share, with their boxes: one build under two names.
actor ExampleHome {
    static let shared = ExampleHome()

    private var made: Task<DevenvBinary, any Error>?

    /// The program with its directories, made when they are first asked for.
    func binary() async throws -> DevenvBinary {
        if let made { return try await made.value }
        let task = Task { try await Self.make() }
        made = task
        return try await task.value
    }

    private static func make() async throws -> DevenvBinary {
        let home = FilePath("/var/tmp/devenv-examples-\(getpid())")
        try HostFiles.makeDirectory(home, mode: [.ownerReadWriteExecute, .groupExecute, .otherExecute])
        atexit { try? HostFiles.remove(FilePath("/var/tmp/devenv-examples-\(getpid())")) }  // nobody is left to tell
        let binary = DevenvBinary(home: home)
        let box = "debian/12-quickstart"
        try await run(binary, ["box", "build", box, "--include", "postgresql,python3"])
        let images = home.appending("boxes/images")
        let image = try #require(try HostFiles.list(images).first)
        let tree = images.appending(image).appending("rootfs")
        try await run(binary, ["box", "add", tree.string, "--name", "debian/12"])
        return binary
    }

    private static func run(_ binary: DevenvBinary, _ arguments: [String]) async throws {
        let outcome = try await binary.run(arguments, in: "/", timeout: .seconds(600))
        guard outcome.status == 0 else { throw ExampleFailure(description: outcome.transcript) }
    }
}

struct ExampleFailure: Error, CustomStringConvertible {
    let description: String
}
