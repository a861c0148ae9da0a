import ContainerProvider
import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Synchronization
import SystemPackage

/// Containers that take the place of virtual machines from a disk image: they know the keys of their box only.
struct UntoldContainer: Provider {
    let name = ProviderName(unchecked: "untold")
    let features = ProviderFeatures(boxFormats: [.qcow2])
    private let container: ContainerProvider
    private let image: BoxImage
    private let access: MachineAccess

    init(_ directory: TemporaryDirectory, image: BoxImage, access: MachineAccess) {
        container = ContainerProvider(directories: Self.directories(directory))
        self.image = image
        self.access = access
    }

    static func directories(_ directory: TemporaryDirectory) -> HostDirectories {
        let home = directory.path.appending("home")
        return HostDirectories(data: home, runtime: home.appending("run"))
    }

    /// The request of somebody who does not know who the owner is.
    private func untold(_ request: MachineRequest) -> MachineRequest {
        var spec = request.spec
        spec.hostname = "box"
        return MachineRequest(
            identity: request.identity, record: request.record, spec: spec, box: image, access: access, hosts: [],
            forwards: request.forwards, logDirectory: request.logDirectory)
    }

    func check() async -> [Finding] { await container.check() }
    func validate(_ machine: MachineSpec) -> [Diagnostic] { container.validate(machine) }
    func objections(to machine: MachineSpec) -> [Diagnostic] { container.objections(to: machine) }
    func settings(of request: MachineRequest) -> [MachineSetting] { container.settings(of: request) }
    func observe(_ machines: [RecordedMachine]) async throws(ProviderError) -> [MachineID: MachineObservation] {
        try await container.observe(machines)
    }
    func create(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        try await container.create(untold(request))
    }
    func start(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        try await container.start(untold(request))
    }
    func update(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        try await container.update(untold(request))
    }
    func stop(_ machine: RecordedMachine, grace: Duration) async throws(ProviderError) {
        try await container.stop(machine, grace: grace)
    }
    func destroy(_ machine: RecordedMachine) async throws(ProviderError) { try await container.destroy(machine) }
}

/// Text that grows from any thread.
final class LockedText: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    func append(_ more: [UInt8]) { bytes.withLock { $0 += more } }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
