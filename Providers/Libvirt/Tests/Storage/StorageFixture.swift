import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// A pool of a test's own at a real libvirt, in a directory of the test's own, and a box. When the body ends, however it
/// ends, its machines' volumes are removed; what is left of them, or of the pool, fails the test.
struct StorageFixture {
    private(set) var connection: LibvirtConnection
    let directory: TemporaryDirectory
    let pool: StoragePool
    let poolDirectory: FilePath
    let box: BoxImage
    let project = ProjectID(unchecked: SecureRandom.hexadecimal(digits: 16))

    /// What the box's disk begins with.
    static let mark: UInt8 = 0x5A
    static let capacity = ByteCount(bytes: 32 << 20)

    /// `home` is where the daemon may make the pool; nil for the test's own directory.
    static func with(
        uri: String = LibvirtDaemon.system, home: FilePath? = nil, _ body: (StorageFixture) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            // QEMU, another user here, passes through it
            chmod(directory.path.string, 0o711)
            let fixture = try await StorageFixture(uri: uri, home: home ?? directory.path, in: directory)
            do { try await body(fixture) } catch {
                try? await fixture.reconnected().removeAll()  // the body's own failure is the one to report
                throw error
            }
            let fresh = try await fixture.reconnected()
            try await fresh.removeAll()
            let pools = try await fresh.connection.pools().map(\.name)
            #expect(!pools.contains(fixture.pool.name), "the pool is left behind")
            #expect(!HostFiles.exists(fixture.poolDirectory), "its directory is left behind")
            #expect(fixture.locks.isEmpty, "locks are left behind")
            #expect(try HostFiles.list(fixture.machines).isEmpty, "notes are left behind")
        }
    }

    private init(uri: String, home: FilePath, in directory: TemporaryDirectory) async throws {
        self.directory = directory
        connection = try await LibvirtConnection.open(uri)
        let name = "devenv-test-" + SecureRandom.hexadecimal(digits: 12)
        poolDirectory = home.appending("pool")
        pool = .own(name, in: poolDirectory)
        box = try await Self.makeBox("box", in: directory)
    }

    /// Makes a box whose disk begins with a megabyte of its own.
    static func makeBox(_ name: String, content: UInt8 = Self.mark, in directory: TemporaryDirectory) async throws
        -> BoxImage
    {
        let store = directory.path.appending("store")
        try HostFiles.makeDirectory(store, mode: [.ownerReadWriteExecute, .groupExecute, .otherExecute])
        let file = store.appending(name + ".qcow2")
        try await run("qemu-img", "create", "-q", "-f", "qcow2", file.string, "\(capacity.bytes)")
        try await run("qemu-io", "-f", "qcow2", "-c", "write -q -P \(content) 0 1M", file.string)
        chmod(file.string, 0o444)
        let digest = "sha256:" + SHA256.hexadecimal(of: Array(directory.path.string.utf8) + Array(name.utf8))
        return BoxImage(name: name, digest: digest, format: .qcow2, layers: [file], user: "dev")
    }

    /// The same with a connection that lives: libvirt may end one when a transfer over it fails.
    func reconnected() async throws -> StorageFixture {
        var fixture = self
        fixture.connection = try await LibvirtConnection.open(connection.uri)
        return fixture
    }

    /// The files of the pool's locks that are there.
    var locks: [FilePath] {
        PoolLock.Part.allCases.map { PoolLock.path(of: $0, of: pool.name, at: connection.uri) }.filter {
            HostFiles.exists($0)
        }
    }

    var directories: HostDirectories { directories("home") }
    var storage: MachineStorage { storage() }
    private var machines: FilePath { MachinePlace.machines(in: directories) }

    /// devenv's directories; another name stands for another user's.
    func directories(_ name: String) -> HostDirectories {
        let home = directory.path.appending(name)
        return HostDirectories(data: home, runtime: home.appending("run"))
    }

    func storage(_ home: String = "home", pool: StoragePool? = nil, tools: any ToolRunner = SystemToolRunner())
        -> MachineStorage
    {
        MachineStorage(
            connection: connection, pool: pool ?? self.pool, directories: directories(home), tools: tools)
    }

    /// A machine of the fixture's project; the same each time for the same name.
    func identity(_ name: String = "web") -> MachineIdentity {
        let digits = SHA256.hexadecimal(of: Array((name + project.rawValue).utf8)).prefix(16)
        return MachineIdentity(
            project: project, machine: MachineID(unchecked: String(digits)),
            projectName: ProjectName(unchecked: "test"),
            name: MachineName(unchecked: name))
    }

    /// What a machine needs: a disk, and more by `change`.
    func plan(_ name: String = "web", change: (inout DiskPlan) -> Void = { _ in }) -> DiskPlan {
        var plan = DiskPlan(identity: identity(name), box: box)
        change(&plan)
        return plan
    }

    /// The base's file in the pool.
    func base(of box: BoxImage? = nil) throws -> FilePath {
        poolDirectory.appending(try BaseImage(box ?? self.box).volume)
    }

    /// The files in the pool, without its bases.
    func volumes() throws -> [String] { try HostFiles.list(poolDirectory).filter { !$0.hasPrefix("devenv-base-") } }
    /// The bases in the pool.
    func bases() throws -> [String] { try HostFiles.list(poolDirectory).filter { $0.contains("devenv-base-") } }

    /// What a disk begins with.
    func firstByte(of disk: FilePath) async throws -> UInt8? {
        for candidate: UInt8 in [Self.mark, 0, 0xA5, 0x77] {
            let read = "read -q -P \(candidate) 0 1M"
            let call = ToolInvocation("qemu-io", ["-U", "-r", "-f", "qcow2", "-c", read, disk.string])
            let outcome = try await SystemToolRunner().run(call)
            if outcome.status == 0, !outcome.text.contains("verification failed") { return candidate }
        }
        return nil
    }

    /// The size that a machine sees of a disk.
    func capacity(of disk: FilePath) throws -> ByteCount { try DiskImageHeader.read(disk).capacity }

    @discardableResult
    static func run(_ tool: String, _ arguments: String...) async throws -> String {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments))
        #expect(outcome.status == 0, "\(tool) \(arguments): \(outcome.complaint)")
        return outcome.text
    }

    /// Removes the machines of all names that tests use, of all homes.
    func removeAll() async throws {
        for name in ["web", "db", "one", "two"] {
            for home in ["home", "other"] { try await storage(home).remove(identity(name)) }
        }
    }
}
