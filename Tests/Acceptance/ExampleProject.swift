import DevenvCrypto
import DevenvHost
import SystemPackage
import Testing

/// One of the projects in `Envfiles/`, copied to a directory of a test's own and destroyed when the test ends.
enum ExampleProject {
    private static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().appending("Envfiles")

    /// Runs a test with a copy of an example, whose boxes are in this home.
    static func with(
        _ name: String, home: AcceptanceHome = .examples, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: @Sendable (AcceptanceProject) async throws -> Void
    ) async throws {
        let binary = try await home.binary()
        let directory = FilePath("/var/tmp/devenv-example-" + SecureRandom.hexadecimal(digits: 12))
        let copy = ToolInvocation("cp", ["-a", folder.appending(name).string, directory.string])
        let outcome = try await SystemToolRunner().run(copy)
        try #require(outcome.status == 0, "'\(name)' can't be copied: \(outcome.complaint)")
        // State, a password and the like of somebody who tried the example here are no part of it.
        for leftover in [".devenv", ".password"] { try HostFiles.remove(directory.appending(leftover)) }
        try await AcceptanceProject(directory: directory, binary: binary).tried(sourceLocation, body)
    }
}
