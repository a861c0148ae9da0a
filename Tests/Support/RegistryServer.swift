import DevenvHost
package import SystemPackage
import Testing

/// A real registry of container images (Debian's docker-registry) of a test's own, on 127.0.0.1, by plain HTTP.
package struct RegistryServer: Sendable {
    /// Its own directory.
    package let directory: TemporaryDirectory
    /// Where it listens.
    package let port: UInt16

    /// Whether it speaks TLS, with a certificate of an authority of its own, and wants to know who asks.
    package let isSecured: Bool

    /// Runs the body beside a registry.
    package static func with<Value>(
        secured: Bool = false, isolation: isolated (any Actor)? = #isolation,
        _ body: (RegistryServer) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.with { directory in
            let server = RegistryServer(directory: directory, port: try LoopbackPort.free(), isSecured: secured)
            if secured { try await server.secure() }
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

    /// The same by an address that nobody takes for one of this host: as if it were far away.
    package var distantHost: String { "0.0.0.0:\(port)" }
    /// Who may ask.
    package static let user = (name: "someone", password: "secret")
    /// The authority that has signed its certificate.
    package var authority: FilePath { directory.path.appending("authority.pem") }

    private func secure() async throws {
        // bcrypt of the password
        try directory.write(
            "\(Self.user.name):$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n", to: "htpasswd")
        let script = """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=authority \\
              -keyout authority.key -out authority.pem
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=registry -keyout registry.key -out request
            echo 'subjectAltName=IP:0.0.0.0' > names
            openssl x509 -req -in request -CA authority.pem -CAkey authority.key -CAcreateserial -days 1 -extfile names \\
              -out registry.pem
            """
        let call = ToolInvocation("sh", ["-euc", script], directory: directory.path)
        let outcome = try await SystemToolRunner().run(call)
        #expect(outcome.status == 0, "\(outcome.complaint)")
    }

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

    /// All that it has been asked for so far: `GET /v2/NAME/manifests/TAG`.
    package func requests() throws -> [String] {
        (try directory.read("log") ?? "").split(separator: "\n").compactMap { line in
            guard let start = line.firstRange(of: "\""), line.hasPrefix("127.0.0.1") else { return nil }
            return line[start.upperBound...].prefix { $0 != "\"" }.split(separator: " ").prefix(2).joined(
                separator: " ")
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

    /// The largest of the blobs that it has been given; nil for none.
    package func largestBlobSent() throws -> FilePath? {
        try transfers().filter { $0.hasPrefix("PUT") }.map { blob(String($0.dropFirst(4))) }
            .max { try HostFiles.size(of: $0) < HostFiles.size(of: $1) }
    }

    private var tls: String {
        ", tls: {certificate: \(directory.path)/registry.pem, key: \(directory.path)/registry.key}"
    }

    private var configuration: String {
        """
        version: 0.1
        log: {level: info, accesslog: {disabled: false}}
        storage: {filesystem: {rootdirectory: \(directory.path)/storage}}
        http: {addr: '\(host)'\(isSecured ? tls : "")}
        \(isSecured ? "auth: {htpasswd: {realm: test, path: \(directory.path)/htpasswd}}" : "")

        """
    }
}
