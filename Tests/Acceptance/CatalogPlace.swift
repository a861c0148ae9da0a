import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// A catalog that one host publishes into and a web server serves, and another host that gets boxes from it.
struct CatalogPlace: Sendable {
    let server: WebServer

    static func with(_ body: (CatalogPlace) async throws -> Void) async throws {
        try await WebServer.with { server in try await body(CatalogPlace(server: server)) }
    }

    var directory: TemporaryDirectory { server.directory }
    /// The catalog, which the server serves.
    var catalog: FilePath { directory.path.appending("www") }
    /// What belongs to the host that gets boxes.
    var home: FilePath { directory.path.appending("home") }
    private var publisher: DevenvBinary { DevenvBinary(home: directory.path.appending("publisher")) }

    /// Runs a command on the host that gets boxes.
    func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> ToolOutcome {
        try await DevenvBinary(home: home).run(arguments, in: directory.path, environment: environment)
    }

    /// Runs a command on the host that gets boxes.
    func run(_ arguments: String...) async throws -> ToolOutcome { try await run(arguments) }

    /// Runs a command on the host that publishes.
    func run(publication arguments: [String]) async throws -> ToolOutcome {
        try await publisher.run(arguments, in: directory.path)
    }

    /// Publishes a version of the box `team/base`, with noise in it that is its own, and returns its file.
    @discardableResult
    func publish(_ version: String, _ options: String...) async throws -> FilePath {
        let arguments = try await publication(version, options)
        let outcome = try await publisher.run(arguments, in: directory.path)
        #expect(outcome.status == 0, "\(outcome.transcript)")
        let folder = catalog.appending("files/team/base~\(version)")
        return folder.appending(try #require(try HostFiles.list(folder).first))
    }

    /// The command that publishes a version.
    func publication(_ version: String, _ options: String...) async throws -> [String] {
        try await publication(version, options)
    }

    private func publication(_ version: String, _ options: [String]) async throws -> [String] {
        let raw = directory.path.appending("disk.raw")
        var random = SystemRandomNumberGenerator()
        let words = (0..<(256 << 10)).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        try AtomicFile.write(words, to: raw, durable: false)
        let disk = directory.path.appending("\(version).qcow2")
        try await tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.string, disk.string)
        let added = try await publisher.run(
            ["box", "add", disk.string, "--name", "made", "--box-version", version, "--architecture", "amd64"],
            in: directory.path)
        #expect(added.status == 0, "\(added.transcript)")
        return ["box", "publish", "made@= \(version)", "--as", "team/base", "--to", catalog.string] + options
    }

    /// Runs a program that must succeed.
    func tool(_ name: String, _ arguments: String...) async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation(name, arguments))
        #expect(outcome.status == 0, "\(name): \(outcome.complaint)")
    }

    /// A file's path in the catalog.
    func relative(_ file: FilePath) -> String {
        var file = file
        _ = file.removePrefix(catalog)
        return file.string
    }

    /// The lengths of what has come of downloads that are not complete.
    func parts() throws -> [Int64] {
        let folder = home.appending("downloads")
        return try HostFiles.list(folder).filter { $0.hasSuffix(".part") }.map {
            try HostFiles.size(of: folder.appending($0))
        }
    }

    /// Every file of the catalog.
    func files() throws -> [String] {
        let folder = catalog.appending("files/team")
        return try HostFiles.list(folder).flatMap { try HostFiles.list(folder.appending($0)) }
    }

    /// The points that a command of a host reaches, the n-th visit to one as `NAME#n`.
    func points(of arguments: [String]) async throws -> [String] {
        let trace = directory.path.appending("trace")
        try HostFiles.remove(trace)
        let outcome = try await host(of: arguments).run(
            arguments, in: directory.path, environment: ["DEVENV_FAULT_TRACE": trace.string])
        #expect(outcome.status == 0, "\(arguments): \(outcome.transcript)")
        return try Self.visits(trace)
    }

    /// Ends a command with SIGKILL at a point.
    func kill(_ arguments: [String], at point: String) async throws {
        let outcome = try await host(of: arguments).run(
            arguments, in: directory.path, environment: ["DEVENV_FAULT": point])
        #expect(outcome.status == 128 + 9, "\(point): \(outcome.transcript)")
    }

    /// The points that a command of the host that gets boxes reaches, before it is ended at one.
    func trace(_ arguments: [String], until end: String) async throws -> [String] {
        let trace = directory.path.appending("trace")
        try HostFiles.remove(trace)
        let outcome = try await run(
            arguments, environment: ["DEVENV_FAULT_TRACE": trace.string, "DEVENV_FAULT": end])
        #expect(outcome.status == 128 + 9, "\(end): \(outcome.transcript)")
        return try Self.visits(trace)
    }

    private static func visits(_ trace: FilePath) throws -> [String] {
        var visits: [String: Int] = [:]
        return String(decoding: try HostFiles.read(trace) ?? [], as: UTF8.self).split(separator: "\n").map { line in
            visits[String(line), default: 0] += 1
            return "\(line)#\(visits[String(line), default: 1])"
        }
    }

    /// Publishes a tree, the box `team/tree`.
    func publishTree(_ version: String, _ options: String...) async throws {
        try directory.write("\(version)\n", to: "tree/etc/hostname")
        let tree = directory.path.appending("tree").string
        for arguments in [
            ["box", "add", tree, "--name", "tree", "--box-version", version],
            ["box", "publish", "tree", "--as", "team/tree", "--to", catalog.string] + options,
        ] {
            let outcome = try await publisher.run(arguments, in: directory.path)
            #expect(outcome.status == 0, "\(outcome.transcript)")
        }
    }

    /// Makes the host that gets boxes, and the project, new again.
    func forgetAll() throws {
        for path in [home, directory.path.appending(".devenv"), directory.path.appending("Envfile.lock")] {
            try HostFiles.remove(path)
        }
    }

    private func host(of arguments: [String]) -> DevenvBinary {
        arguments.contains("publish") || arguments.contains("rekey") ? publisher : DevenvBinary(home: home)
    }
}
