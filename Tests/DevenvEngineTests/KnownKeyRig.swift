import ContainerProvider
import DevenvBoxes
import DevenvDiagnostics
import DevenvEngine
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvSSH
import DevenvState
import DevenvTestSupport
import SystemPackage
import Testing

/// A whole engine for one real machine that nobody tells who its owner is: a container with the SSH keys of its box, as a
/// virtual machine from a foreign disk image has them.
struct KnownKeyRig: Sendable {
    let store: ProjectStore
    let engine: Engine
    let graph: MachineGraph
    /// The key that the box lets in.
    let boxKeys: TestAccess
    private let provider: UntoldContainer

    /// Runs the body; afterwards the machine is destroyed.
    static func with(_ body: (KnownKeyRig) async throws -> Void) async throws {
        let box = try await TestBox.image()
        try await TemporaryDirectory.with { directory in
            // the machine's root, nobody here, passes through it
            _ = try await SystemToolRunner().run(ToolInvocation("chmod", ["711", directory.path.string]))
            let keys = try await TestAccess.make(in: directory, kind: "rsa", user: "dev")
            let rig = try KnownKeyRig(directory, UntoldContainer(directory, image: box, access: keys.access), keys)
            try await rig.addBox(in: directory)
            _ = try rig.store.reserveAddresses { (ProjectName(unchecked: "project"), $0) }
            do { try await body(rig) } catch {
                try? await rig.destroy()  // the body's own failure is the one to report
                throw error
            }
            try await rig.destroy()
        }
    }

    private init(_ directory: TemporaryDirectory, _ provider: UntoldContainer, _ keys: TestAccess) throws {
        let host = UntoldContainer.directories(directory)
        let runner = SystemToolRunner()
        let project = directory.path.appending("project")
        try HostFiles.makeDirectory(project)
        self.provider = provider
        boxKeys = keys
        store = ProjectStore(directory: project, host: host, command: "test")
        engine = Engine(
            EngineComponents(
                providers: [provider], provisioners: [],
                makeCommunicator: { SSHLogin.communicator(for: $0, runner: runner) },
                synchronizer: ScriptedSynchronizer(), runner: runner,
                boxes: BoxStore(directories: host, runner: runner), host: host, environment: [:]), store: store)
        let subnet = TestSubnet.unused(in: TestSubnet.containers)
        let address = IPv4Address(value: subnet.address.value + 10)
        var spec = PlanFixture.machine("web")
        spec.box = Located(.named("foreign", constraint: nil))
        spec.hostname = "web.test"
        spec.interfaces = [
            NetworkInterface(network: .standard, subnet: subnet, address: address, mac: MACAddress(for: address))
        ]
        graph = try PlanFixture.graph([spec])
    }

    private func addBox(in directory: TemporaryDirectory) async throws {
        let disk = directory.path.appending("disk.qcow2")
        let made = try await SystemToolRunner().run(
            ToolInvocation("qemu-img", ["create", "-q", "-f", "qcow2", disk.string, "1M"]))
        #expect(made.status == 0, "\(made.complaint)")
        let naming = BoxStore.Naming(
            name: "foreign", user: "dev", architecture: "amd64", loginKey: try LoginKey(reading: boxKeys.identityFile),
            source: "a test")
        _ = try await BoxStore(directories: store.host, runner: SystemToolRunner()).add(disk, as: naming)
    }

    static let web = PlanFixture.name("web")

    func up() async throws -> ExecutionReport {
        let operation = try await engine.prepareUp(graph, targets: [Self.web], options: UpOptions())
        return try await engine.carryOut(operation, width: 4, wait: .forever, events: { _ in })
    }

    /// An `up` that must succeed: what a test goes on from.
    func comeUp() async throws {
        let failures = try await up().failures
        try #require(failures.isEmpty, "\(failures)")
    }

    private func destroy() async throws {
        let operation = try await engine.prepareDestroy(targets: [Self.web])
        let report = try await engine.carryOut(operation, width: 1, wait: .forever, events: { _ in })
        #expect(report.failures.isEmpty)
    }

    /// What a command says that is run over the machine's own key and host key.
    func say(_ command: String) async throws -> String {
        let communicator = SSHCommunicator(try await engine.endpoint(of: Self.web))
        let output = LockedText()
        let exit = try await communicator.run(RemoteCommand(command, timeout: .seconds(30))) { output.append($1) }
        await communicator.close()
        #expect(exit.isSuccess, "\(command): \(output.text)")
        return output.text
    }

    /// Changes the record as if what came after was cut off.
    func change(_ body: (inout MachineRecord) -> Void) throws {
        var record = try #require(try store.machine(Self.web))
        body(&record)
        try store.save(record)
    }
}
