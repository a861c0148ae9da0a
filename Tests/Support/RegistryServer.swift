import DevenvHost
package import SystemPackage
import Testing

/// A real registry of container images (Debian's docker-registry) of a test's own, on 127.0.0.1, by plain HTTP.
package struct RegistryServer: Sendable {
    /// Its own directory.
    package let directory: TemporaryDirectory
    /// Where it listens.
    package let port: UInt16

    /// Runs the body beside a registry.
    package static func with<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: (RegistryServer) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.with { directory in
            let server = RegistryServer(directory: directory, port: try LoopbackPort.free())
            try directory.write(server.configuration, to: "registry.yml")
            let call = ToolInvocation(
                "docker-registry", ["serve", directory.path.appending("registry.yml").string],
                output: .file(directory.path.appending("log")), timeout: .seconds(600))
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await SystemToolRunner().run(call) }
                defer { group.cancelAll() }
                try await eventually("the registry listens") {
                    try directory.read("log")?.contains("listening on") == true
                }
                return try await body(server)
            }
        }
    }

    /// What stands before the names of its images.
    package var host: String { "127.0.0.1:\(port)" }

    /// The blobs that it has been asked for, and has been given, so far: `GET DIGEST`, `PUT DIGEST`.
    package func transfers() throws -> [String] {
        (try directory.read("log") ?? "").split(separator: "\n").compactMap { line in
            guard let start = line.firstRange(of: "\""), line.hasPrefix("127.0.0.1") else { return nil }
            let request = line[start.upperBound...].prefix { $0 != "\"" }.split(separator: " ")
            guard request.count > 1, request[1].contains("/blobs/"), let digest = Self.digest(in: request[1]) else {
                return nil
            }
            return ["GET", "PUT"].contains(request[0]) ? "\(request[0]) \(digest)" : nil
        }
    }

    private static func digest(in path: Substring) -> Substring? {
        let plain = path.replacing("%3A", with: ":")
        guard let start = plain.firstRange(of: "sha256:") else { return nil }
        return plain[start.upperBound...].prefix(64)
    }

    /// Where it keeps a blob.
    package func blob(_ hexadecimal: String) -> FilePath {
        directory.path.pushing(
            FilePath("storage/docker/registry/v2/blobs/sha256/\(hexadecimal.prefix(2))/\(hexadecimal)/data"))
    }

    private var configuration: String {
        """
        version: 0.1
        log: {level: info, accesslog: {disabled: false}}
        storage: {filesystem: {rootdirectory: \(directory.path)/storage}}
        http: {addr: '\(host)'}

        """
    }
}
