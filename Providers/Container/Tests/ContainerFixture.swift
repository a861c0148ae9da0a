import ContainerProvider
import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// A project of a test's own with real containers: its own directories, ids and subnet. When the body ends, however it
/// ends, its machines are destroyed, and what is left of them fails the test.
struct ContainerFixture {
    let directory: TemporaryDirectory
    let directories: HostDirectories
    let provider: ContainerProvider
    let project: ProjectID
    let subnet: IPv4Subnet
    let keys: TestAccess
    let box: BoxImage

    static func with(_ body: (ContainerFixture) async throws -> Void) async throws {
        let box = try await TestBox.image()
        try await TemporaryDirectory.with { directory in
            // the machine's root, nobody here, passes through it
            chmod(directory.path.string, 0o711)
            let fixture = ContainerFixture(
                directory: directory, box: box, keys: try await TestAccess.make(in: directory))
            do { try await body(fixture) } catch {
                try? await fixture.destroyAll()  // the body's own failure is the one to report
                throw error
            }
            try await fixture.destroyAll()
            #expect(fixture.leftovers.all() == [])
        }
    }

    private init(directory: TemporaryDirectory, box: BoxImage, keys: TestAccess) {
        self.directory = directory
        self.box = box
        self.keys = keys
        directories = HostDirectories(
            data: directory.path.appending("home"), runtime: directory.path.appending("home").appending("run"))
        provider = ContainerProvider(directories: directories)
        project = ProjectID(unchecked: Self.hexadecimal())
        subnet = TestSubnet.unused(in: TestSubnet.containers)
    }

    var leftovers: ContainerLeftovers { ContainerLeftovers(project: project, directories: directories) }

    /// A request for the machine `web` at .10 unless told otherwise.
    func request(
        _ name: String = "web", address: UInt32 = 10, forwards: [PortForward] = [], hosts: [HostEntry]? = nil,
        box: BoxImage? = nil, change: (inout MachineSpec) -> Void = { _ in }
    ) -> MachineRequest {
        let machine = MachineName(unchecked: name)
        var spec = MachineSpec(name: Located(machine))
        let own = IPv4Address(value: subnet.address.value + address)
        spec.interfaces = [
            NetworkInterface(network: .standard, subnet: subnet, address: own, mac: MACAddress(for: own))
        ]
        change(&spec)
        let log = directory.path.appending("log-\(name)")
        mkdir(log.string, 0o755)
        let identity = MachineIdentity(
            project: project, machine: Self.id(of: name, in: project), projectName: ProjectName(unchecked: "test"),
            name: machine)
        return MachineRequest(
            identity: identity, record: [:], spec: spec, box: box ?? self.box, access: keys.access,
            hosts: hosts ?? [HostEntry(address: own, names: [name])], forwards: forwards, logDirectory: log,
            directory: directory.path)
    }

    /// A change of a machine's `container` block.
    func options(_ values: KeyValuePairs<String, OptionTree.Value>) -> (inout MachineSpec) -> Void {
        let entries = values.map { OptionTree.Entry(key: Located($0.key), value: OptionTree($0.value)) }
        return { $0.providerOptions[ProviderName(unchecked: "container")] = OptionTree(.map(entries)) }
    }

    /// Creates and starts.
    func up(_ request: MachineRequest) async throws {
        _ = try await provider.create(request)
        _ = try await provider.start(request)
    }

    func state(of request: MachineRequest) async throws -> MachineObservation.State? {
        try await observation(of: request)?.state
    }

    func observation(of request: MachineRequest) async throws -> MachineObservation? {
        try await provider.observe([request.recorded])[request.identity.machine]
    }

    /// What a command in the machine says; waits for the SSH server.
    func say(_ command: String, in request: MachineRequest, as user: String? = nil) async throws -> String {
        let outcome = try await run(command, in: request, as: user)
        #expect(outcome.status == 0, "\(command): \(outcome.complaint)")
        return outcome.text.split(separator: "\n").joined(separator: "\n")
    }

    /// What comes of a command in the machine; waits for the SSH server.
    func run(_ command: String, in request: MachineRequest, as user: String? = nil) async throws -> ToolOutcome {
        let call = keys.ssh(request.spec.interfaces[0].address, user: user, command)
        var outcome = try await SystemToolRunner().run(call)
        try await eventually("the machine answers on SSH") {
            if outcome.status == 255 { outcome = try await SystemToolRunner().run(call) }
            return outcome.status != 255
        }
        return outcome
    }

    /// The machine's first process, as the host numbers it: found without the provider's own code.
    func firstProcess(of request: MachineRequest) throws -> pid_t {
        let group = "/sys/fs/cgroup/pids/devenv/\(project)/\(request.identity.machine)/cgroup.procs"
        let unified = "/sys/fs/cgroup/devenv/\(project)/\(request.identity.machine)/cgroup.procs"
        let bytes = try HostFiles.read(FilePath(group)) ?? HostFiles.read(FilePath(unified)) ?? []
        let processes = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { pid_t($0) }
        return try #require(processes.min())
    }

    /// Runs a program of this host that must succeed.
    @discardableResult
    func host(_ tool: String, _ arguments: String...) async throws -> String {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments))
        #expect(outcome.status == 0, "\(tool) \(arguments): \(outcome.complaint)")
        return outcome.text
    }

    /// The name of the far host's namespace.
    var farName: String { "dvtest\(project.short)" }

    /// Runs the body beside another host, one hop away, that knows no way back to machines: a namespace of the test's own.
    func withFarHost(_ body: (_ address: IPv4Address) async throws -> Void) async throws {
        let near = IPv4Address(value: 198 << 24 | 18 << 16 | (subnet.address.value >> 8 & 0xFF) << 8 | 1)
        let address = IPv4Address(value: near.value + 1)
        try await host("ip", "netns", "add", farName)
        do {
            try await host(
                "ip", "link", "add", "t\(farName)", "type", "veth", "peer", "name", "eth0", "netns", farName)
            try await host("ip", "addr", "add", "\(near)/30", "dev", "t\(farName)")
            try await host("ip", "link", "set", "t\(farName)", "up")
            try await host("ip", "-n", farName, "addr", "add", "\(address)/30", "dev", "eth0")
            try await host("ip", "-n", farName, "link", "set", "eth0", "up")
            try await body(address)
        } catch {
            try await host("ip", "netns", "delete", farName)
            throw error
        }
        try await host("ip", "netns", "delete", farName)
    }

    private func destroyAll() async throws {
        let names = try HostFiles.list(directories.data.appending("containers").appending(project.rawValue))
        for name in names {
            let identity = MachineIdentity(
                project: project, machine: MachineID(unchecked: name), projectName: ProjectName(unchecked: "test"),
                name: MachineName(unchecked: "any"))
            try await provider.destroy(RecordedMachine(identity: identity))
        }
    }

    /// The same id for the same name, so that a request can be built twice.
    private static func id(of name: String, in project: ProjectID) -> MachineID {
        let digest = (name + project.rawValue).utf8.reduce(UInt64(1469)) { ($0 &+ UInt64($1)) &* 1_099_511_628_211 }
        return MachineID(unchecked: padded(digest))
    }

    private static func hexadecimal() -> String { padded(UInt64.random(in: .min ... .max)) }

    private static func padded(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
