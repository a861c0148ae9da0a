import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import FoundationEssentials
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// Something that a process of its own does to a machine, to be killed in the middle of it: only there do the kernel and libvirt
/// see what they see of a real crash.
///
/// The process is this program once more, told to run one test that does nothing but the act.
struct DoomedAct: Codable {
    enum Kind: String, Codable {
        case prepare, remove, save, restore, delete
    }

    let kind: Kind
    let uri: String
    let pool: String
    let poolDirectory: String
    let home: String
    let identity: MachineIdentity
    let boxFile: String
    let boxDigest: String
    let extraDisks: Int
    let hasSeed: Bool
    let snapshot: String

    /// What the process finds the act under.
    static let variable = "DEVENV_TEST_ACT"

    init(
        _ kind: Kind, to identity: MachineIdentity, of fixture: StorageFixture, extraDisks: Int = 0,
        hasSeed: Bool = false,
        snapshot: String = ""
    ) {
        self.kind = kind
        uri = fixture.connection.uri
        pool = fixture.pool.name
        poolDirectory = fixture.poolDirectory.string
        home = fixture.directories.data.string
        self.identity = identity
        boxFile = fixture.box.layers[0].string
        boxDigest = fixture.box.digest
        (self.extraDisks, self.hasSeed, self.snapshot) = (extraDisks, hasSeed, snapshot)
    }

    /// Has a process do it, with the points that it passes written to a file, or killed at one of them. Returns its status.
    func run(_ environment: [String: String]) async throws -> Int {
        let text = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
        var variables = environment
        variables[Self.variable] = text
        let call = ToolInvocation(
            "/proc/self/exe",
            ["--testing-library", "swift-testing", "--filter", "LibvirtProviderTests.DoomedActTests"],
            environment: variables)
        let outcome = try await SystemToolRunner().run(call)
        if ![0, Self.killed].contains(outcome.status) { Issue.record("\(kind) failed: \(outcome.text)") }
        return outcome.status
    }

    /// Does it, and returns the points that it passed, each with how often it was passed before.
    func points(in directory: TemporaryDirectory) async throws -> [String] {
        let trace = directory.path.appending("trace-\(kind)")
        #expect(try await run(["DEVENV_FAULT_TRACE": trace.string]) == 0)
        let names = String(decoding: try HostFiles.read(trace) ?? [], as: UTF8.self).split(separator: "\n").map(
            String.init)
        try HostFiles.remove(trace)
        var visits: [String: Int] = [:]
        return names.map { name in
            visits[name, default: 0] += 1
            return "\(name)#\(visits[name, default: 1])"
        }
    }

    /// Has it killed at a point.
    func die(at point: String) async throws {
        #expect(try await run(["DEVENV_FAULT": point]) == Self.killed, "\(point) was not reached")
    }

    private static let killed = 128 + Int(SIGKILL)

    /// Does it here.
    func perform() async throws {
        let connection = try await LibvirtConnection.open(uri)
        let directories = HostDirectories(data: FilePath(home), runtime: FilePath(home).appending("run"))
        let storage = MachineStorage(
            connection: connection, pool: .own(pool, in: FilePath(poolDirectory)), directories: directories)
        let snapshots = MachineSnapshots(connection: connection, directories: directories)
        switch kind {
        case .prepare: _ = try await storage.prepare(plan)
        case .remove: try await storage.remove(identity)
        case .save: try await snapshots.save(.named(snapshot), of: identity)
        case .restore: try await snapshots.restore(.named(snapshot), of: identity)
        case .delete: try await snapshots.delete(.named(snapshot), of: identity)
        }
    }

    /// What the machine needs on disk.
    var plan: DiskPlan {
        let box = BoxImage(name: "box", digest: boxDigest, format: .qcow2, layers: [FilePath(boxFile)], user: "dev")
        return DiskPlan(
            identity: identity, box: box,
            extraDisks: (0..<extraDisks).map { ExtraDisk(size: ByteCount(bytes: 1 << 20), serial: "extra-\($0)") },
            seed: hasSeed ? Sample.seed() : nil)
    }
}

/// What a doomed process runs.
@Suite(.enabled("only in a process of its own, which other tests kill") { getenv(DoomedAct.variable) != nil })
struct DoomedActTests {
    @Test func theActIsDone() async throws {
        let text = try #require(getenv(DoomedAct.variable).map { String(cString: $0) })
        try await JSONDecoder().decode(DoomedAct.self, from: Data(text.utf8)).perform()
    }
}
