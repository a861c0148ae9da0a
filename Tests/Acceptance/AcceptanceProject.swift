import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// A project of a test's own in a new directory. When the test ends, however it ends, its machines are destroyed, and
/// anything that is left of them then fails the test.
struct AcceptanceProject: Sendable {
    /// The directory of its Envfile.
    let directory: FilePath
    let binary: DevenvBinary

    /// Runs a test with a project that has this Envfile. `$BOX` in it stands for the box of the tests. A libvirt or a VirtualBox of the
    /// test's own takes the place of the system's.
    static func with(
        _ envfile: String, files: [String: String] = [:], home: AcceptanceHome = .shared,
        libvirt: PrivateLibvirt? = nil, virtualBox: VirtualBoxHome? = nil,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: @Sendable (AcceptanceProject) async throws -> Void
    ) async throws {
        var binary = try await home.binary()
        binary.libvirt = libvirt
        if let virtualBox { binary.settle(in: virtualBox) }
        let directory = FilePath("/var/tmp/devenv-project-" + SecureRandom.hexadecimal(digits: 12))
        try HostFiles.makeDirectory(directory)
        let project = AcceptanceProject(directory: directory, binary: binary)
        for (name, text) in files.merging(["Envfile": envfile], uniquingKeysWith: { file, _ in file }) {
            try project.write(text, to: name)
        }
        try await project.tried(sourceLocation, body)
    }

    /// Runs a test with the project, then takes everything down, also after a failure.
    func tried(
        _ sourceLocation: SourceLocation, _ body: @Sendable (AcceptanceProject) async throws -> Void
    ) async throws {
        let result: Result<Void, any Error>
        do { result = .success(try await body(self)) } catch { result = .failure(error) }
        try await tearDown(sourceLocation)
        try result.get()
    }

    /// Writes a file of the project.
    func write(_ text: String, to name: String) throws {
        let path = directory.pushing(FilePath(name))
        try HostFiles.makeDirectory(path.removingLastComponent())
        let content = text.split(separator: "$BOX", omittingEmptySubsequences: false).joined(
            separator: AcceptanceHome.box)
        try AtomicFile.write(Array(content.utf8), to: path, durable: false)
    }

    /// Runs a command in the project's directory.
    @discardableResult
    func devenv(
        _ arguments: String..., environment: [String: String] = [:], input: [UInt8] = [],
        timeout: Duration = .seconds(120)
    ) async throws -> ToolOutcome {
        try await binary.run(arguments, in: directory, environment: environment, input: input, timeout: timeout)
    }

    /// Runs a command that must end with a status, 0 unless told otherwise.
    @discardableResult
    func expect(
        _ arguments: String..., status: Int = 0, environment: [String: String] = [:], input: [UInt8] = [],
        timeout: Duration = .seconds(120), sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ToolOutcome {
        let outcome = try await binary.run(
            arguments, in: directory, environment: environment, input: input, timeout: timeout)
        #expect(outcome.status == status, "\(arguments): \(outcome.transcript)", sourceLocation: sourceLocation)
        return outcome
    }

    /// The ids of the project, while it has a state, and of its machines: what all that is made for it is marked with.
    func marks() throws -> [String] {
        let state = directory.appending(".devenv")
        let machines = try HostFiles.list(state.appending("machines")).map {
            state.appending("machines").appending($0).appending("machine.json")
        }
        let ids =
            try Self.values(of: "id", in: state.appending("project.json"))
            + machines.flatMap { try Self.values(of: "machine", in: $0) }
        return ids.filter { $0.count == 16 }
    }

    /// What stands behind a key in a JSON file, none where there is no file.
    private static func values(of key: String, in file: FilePath) throws -> [String] {
        let parts = String(decoding: try HostFiles.read(file) ?? [], as: UTF8.self).split(separator: "\"")
        return parts.indices.filter { parts[$0] == key && $0 + 2 < parts.count }.map { String(parts[$0 + 2]) }
    }

    /// Destroys all machines and requires that nothing of the project is left on this host.
    func destroyWhole(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let marks = try marks()
        let destroyed = try await devenv("destroy", "-f")
        #expect(destroyed.status == 0, "destroy: \(destroyed.transcript)", sourceLocation: sourceLocation)
        try await expectNothingLeft(of: marks, sourceLocation: sourceLocation)
    }

    /// Requires that nothing of the project is left on this host.
    func expectNothingLeft(of marks: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        #expect(try Leftovers.beside(self) == [], sourceLocation: sourceLocation)
        var left: [String] = []
        // what a killed command has started may take a moment to end by itself
        _ = try await comesTrue(within: .seconds(60)) {
            left = try await Leftovers.find(marks: marks, of: binary)
            return !left.contains(where: \.isProcess)
        }
        #expect(left == [], sourceLocation: sourceLocation)
    }

    private func tearDown(_ sourceLocation: SourceLocation) async throws {
        let destroyed: Result<Void, any Error>
        do {
            destroyed = .success(try await destroyWhole(sourceLocation: sourceLocation))
        } catch { destroyed = .failure(error) }
        // a project whose machines could not be destroyed stays, as nothing else knows of them
        if try Leftovers.beside(self).isEmpty { try HostFiles.remove(directory) }
        try destroyed.get()
    }
}
