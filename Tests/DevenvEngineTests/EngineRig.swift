import DevenvBoxes
import DevenvDiagnostics
import DevenvEngine
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import DevenvTestSupport
import SystemPackage
import Testing

/// A whole engine with real state and a real box, on machines that exist in memory only.
struct EngineRig: Sendable {
    let provider: MemoryProvider
    let communicator: ScriptedCommunicator
    let synchronizer: ScriptedSynchronizer
    let store: ProjectStore
    let engine: Engine
    let graph: MachineGraph

    /// Runs the body with an engine for machines of these names.
    static func with(
        _ names: String..., provider: MemoryProvider = MemoryProvider(),
        communicator: ScriptedCommunicator = ScriptedCommunicator(), change: (inout MachineSpec) -> Void = { _ in },
        _ body: (EngineRig) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            let specs = names.enumerated().map { number, name in
                var spec = spec(name, address: UInt32(10 + number))
                change(&spec)
                return spec
            }
            let home = directory.path.appending("home")
            let rig = try EngineRig(
                HostDirectories(data: home, runtime: home.appending("run")),
                project: directory.path.appending("project"), provider, communicator, specs)
            try directory.write("", to: "box/etc/hostname")
            let boxes = BoxStore(directories: rig.store.host, runner: SystemToolRunner())
            _ = try await boxes.add(
                directory.path.appending("box"), as: BoxStore.Naming(name: "test", user: "dev", source: "a test"))
            _ = try rig.store.reserveAddresses { (ProjectName(unchecked: "project"), $0) }
            try await body(rig)
        }
    }

    private static func spec(_ name: String, address: UInt32) -> MachineSpec {
        var spec = PlanFixture.machine(name)
        spec.box = Located(.named("test", constraint: nil))
        let address = IPv4Address(value: 10 << 24 | address)
        let subnet = IPv4Subnet(IPv4Address(value: 10 << 24), prefixLength: 24)
        spec.interfaces = [
            NetworkInterface(network: .standard, subnet: subnet, address: address, mac: MACAddress(for: address))
        ]
        return spec
    }

    /// Another project of the same host, with machines of the same names.
    func neighbor(_ change: (inout MachineSpec) -> Void = { _ in }) throws -> EngineRig {
        let specs = graph.machines.map { old in
            var spec = old
            change(&spec)
            return spec
        }
        let rig = try EngineRig(
            store.host, project: FilePath(store.directory.string + "-2"), provider, communicator, specs)
        _ = try rig.store.reserveAddresses { (ProjectName(unchecked: "other"), $0) }
        return rig
    }

    private init(
        _ host: HostDirectories, project: FilePath, _ provider: MemoryProvider, _ communicator: ScriptedCommunicator,
        _ specs: [MachineSpec]
    ) throws {
        let runner = SystemToolRunner()
        self.provider = provider
        self.communicator = communicator
        synchronizer = ScriptedSynchronizer()
        try HostFiles.makeDirectory(project)
        store = ProjectStore(directory: project, host: host, command: "test")
        engine = Engine(
            EngineComponents(
                providers: [provider], provisioners: [], makeCommunicator: { communicator.at($0) },
                synchronizer: synchronizer, runner: runner, boxes: BoxStore(directories: host, runner: runner),
                host: host, environment: [:]), store: store)
        graph = try PlanFixture.graph(specs)
    }

    /// Every machine's name.
    var names: [MachineName] { graph.machines.map(\.name.value) }

    /// Brings all machines up.
    func up() async throws -> ExecutionReport {
        try await carryOut(try await engine.prepareUp(graph, targets: names, options: UpOptions()))
    }

    /// Carries an operation out. A lock that was let go may be held for a moment by programs that other tests just start.
    func carryOut(_ operation: DevenvEngine.Operation) async throws -> ExecutionReport {
        try await engine.carryOut(operation, width: 8, wait: .forever, events: { _ in })
    }

    /// The record of a machine.
    func record(_ name: String) throws -> MachineRecord {
        try #require(try store.machine(PlanFixture.name(name)))
    }
}
