import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// A project of a test's own in a VirtualBox of its own. When the body ends, however it ends, its machines are destroyed, and
/// what is left of them fails the test.
struct VirtualBoxFixture: Sendable {
    let directory: TemporaryDirectory
    let home: VirtualBoxHome
    let provider: VirtualBoxProvider
    let counter: CountingRunner
    let project: ProjectID
    let keys: TestAccess
    let box: BoxImage

    /// `box` nil means an empty disk: a machine without an operating system runs, and that is all.
    static func with(box: BoxImage? = nil, _ body: (VirtualBoxFixture) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            try await VirtualBoxHome.with(in: directory) { home in
                let image = if let box { box } else { try await TestAppliance.box(in: directory) }
                let keys = try await TestAccess.make(in: directory)
                let fixture = VirtualBoxFixture(directory: directory, home: home, keys: keys, box: image)
                let result: Result<Void, any Error>
                do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
                let removal = await fixture.removeMachines()
                try await InternalBridges.remove(of: fixture.project)
                try result.get()
                try removal.get()
                let left = try await fixture.leftovers()
                #expect(left.isEmpty, "left behind: \(left)")
            }
        }
    }

    /// Destroys every machine, and says why one could not be.
    private func removeMachines() async -> Result<Void, any Error> {
        var result: Result<Void, any Error> = .success(())
        for name in Self.names {
            do { try await provider.destroy(request(name).recorded) } catch { result = .failure(error) }
        }
        return result
    }

    /// The names that machines may have.
    static let names = ["one", "two", "three"]

    private init(directory: TemporaryDirectory, home: VirtualBoxHome, keys: TestAccess, box: BoxImage) {
        self.directory = directory
        self.home = home
        self.keys = keys
        self.box = box
        project = ProjectID(unchecked: Self.hexadecimal())
        let data = directory.path.appending("home")
        counter = CountingRunner()
        provider = VirtualBoxProvider(
            directories: HostDirectories(data: data, runtime: data.appending("run")), environment: home.environment,
            tools: counter)
    }

    /// The same project in the same VirtualBox, whose program is called by another runner.
    func with(_ tools: any ToolRunner, policy: FilePath = "/etc/vbox/networks.conf") -> VirtualBoxFixture {
        let data = directory.path.appending("home")
        return VirtualBoxFixture(
            directory: directory, home: home,
            provider: VirtualBoxProvider(
                directories: HostDirectories(data: data, runtime: data.appending("run")),
                environment: home.environment, tools: tools, policyFile: policy),
            counter: counter, project: project, keys: keys, box: box)
    }

    private init(
        directory: TemporaryDirectory, home: VirtualBoxHome, provider: VirtualBoxProvider, counter: CountingRunner,
        project: ProjectID, keys: TestAccess, box: BoxImage
    ) {
        self.directory = directory
        self.home = home
        self.provider = provider
        self.counter = counter
        self.project = project
        self.keys = keys
        self.box = box
    }

    /// A request for a machine.
    func request(
        _ name: String = "one", forwards: [PortForward] = [], options: KeyValuePairs<String, OptionTree.Value> = [:],
        box: BoxImage? = nil, change: (inout MachineSpec) -> Void = { _ in }
    ) -> MachineRequest {
        var spec = MachineSpec(name: Located(MachineName(unchecked: name)))
        spec.memory = ByteCount(bytes: 64 << 20)
        let entries = options.map { OptionTree.Entry(key: Located($0.key), value: OptionTree($0.value)) }
        spec.providerOptions[provider.name] = OptionTree(.map(entries))
        change(&spec)
        var request = MachineRequest(
            identity: identity(of: name), record: [:], spec: spec, box: box ?? self.box, access: keys.access, hosts: [],
            forwards: forwards, logDirectory: directory.path)
        request.record = provider.claim(request)
        return request
    }

    /// Creates and starts.
    func up(_ request: MachineRequest) async throws {
        _ = try await provider.create(request)
        _ = try await provider.start(request)
    }

    func observation(of request: MachineRequest) async throws -> MachineObservation {
        try #require(try await provider.observe([request.recorded])[request.identity.machine])
    }

    func report(of request: MachineRequest) async throws -> MachineReport {
        let id = try #require(request.identity.vm)
        return try #require(MachineReport(try await home.manage.run(.show(id))))
    }

    /// Where the files of its machines are.
    var places: MachinePlaces {
        let data = directory.path.appending("home")
        return MachinePlaces(
            HostDirectories(data: data, runtime: data.appending("run")), in: VBoxHome(environment: home.environment))
    }

    /// What is left in VirtualBox and in devenv's own directories.
    func leftovers() async throws -> [String] {
        let folders = try HostFiles.list(places.machines) + HostFiles.list(places.masters)
        let machines = MachineList.read(try await home.manage.run(.machines)).values
        let disks = Medium.list(try await home.manage.run(.disks)).map(\.location.string)
        return folders.map { "folder \($0)" } + machines.map { "machine \($0)" } + disks.map { "disk \($0)" }
    }

    private func identity(of name: String) -> MachineIdentity {
        // `box-17` is one of many
        let number = Self.names.firstIndex(of: name) ?? Int(name.filter(\.isNumber)) ?? 0
        let digits = String(number + 16, radix: 16)
        let id = String(project.rawValue.reversed().dropLast(digits.count)) + digits
        return MachineIdentity(
            project: project, machine: MachineID(unchecked: id), projectName: ProjectName(unchecked: "test"),
            name: MachineName(unchecked: name))
    }

    private static func hexadecimal() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

/// Counts what is called.
actor CountingRunner: ToolRunner {
    private(set) var calls: [[String]] = []

    func forget() { calls = [] }

    func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        calls.append(invocation.arguments)
        return try await SystemToolRunner().run(invocation)
    }
}
