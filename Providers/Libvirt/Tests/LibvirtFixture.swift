import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// A project of a test's own at some libvirt: its own directories, ids and subnet. When the body ends, however it ends, its
/// machines are destroyed, and what is left of them fails the test.
struct LibvirtFixture {
    let directory: TemporaryDirectory
    let uri: String
    let provider: LibvirtProvider
    let project = ProjectID(unchecked: Self.hexadecimal())
    let subnet: IPv4Subnet
    let keys: TestAccess
    let box: BoxImage

    /// `box` nil means an empty disk: a machine without an operating system runs, and that is all.
    static func with(
        uri: String = LibvirtDaemon.system, box: BoxImage? = nil, _ body: (LibvirtFixture) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            // QEMU, another user here, passes through it
            chmod(directory.path.string, 0o711)
            let image = if let box { box } else { try await emptyBox(in: directory) }
            let fixture = try await LibvirtFixture(uri: uri, box: image, in: directory)
            let result: Result<Void, any Error>
            do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
            for name in names { try? await fixture.provider.destroy(fixture.request(name).recorded) }  // leftovers tell
            try result.get()
            try await fixture.expectNothingLeft()
        }
    }

    /// The names that machines may have.
    static let names = ["one", "two", "three"]

    private init(uri: String, box: BoxImage, in directory: TemporaryDirectory) async throws {
        self.uri = uri
        self.box = box
        self.directory = directory
        keys = try await TestAccess.make(in: directory)
        let home = directory.path.appending("home")
        provider = LibvirtProvider(
            directories: HostDirectories(data: home, runtime: home.appending("run")),
            environment: ["LIBVIRT_DEFAULT_URI": uri], relay: RelayProgram(BuiltProgram.devenv))
        let third = UInt32.random(in: 0...0x3FFF)
        subnet = IPv4Subnet(IPv4Address(value: 10 << 24 | (0xC0 << 16 | third << 8) & 0xFF_FF00), prefixLength: 24)
    }

    /// A request for a machine; different names never share an address.
    func request(
        _ name: String = "one", forwards: [PortForward] = [], options: KeyValuePairs<String, OptionTree.Value> = [:],
        change: (inout MachineSpec) -> Void = { _ in }
    ) -> MachineRequest {
        let machine = MachineName(unchecked: name)
        var spec = MachineSpec(name: Located(machine))
        spec.memory = ByteCount(bytes: 128 << 20)
        spec.interfaces = [interface(of: name)]
        let entries = options.map { OptionTree.Entry(key: Located($0.key), value: OptionTree($0.value)) }
        spec.providerOptions[provider.name] = OptionTree(.map(entries))
        change(&spec)
        let log = directory.path.appending("log-\(name)")
        mkdir(log.string, 0o755)
        var request = MachineRequest(
            identity: identity(of: name), record: [:], spec: spec, box: box, access: keys.access,
            hosts: Self.names.map { HostEntry(address: interface(of: $0).address, names: [$0]) }, forwards: forwards,
            logDirectory: log)
        request.record = provider.claim(request)
        return request
    }

    /// Creates and starts.
    @discardableResult
    func up(_ request: MachineRequest) async throws -> MachineRequest {
        var request = request
        request.record = try await provider.create(request)
        request.record = try await provider.start(request)
        return request
    }

    func observation(of request: MachineRequest) async throws -> MachineObservation {
        try #require(try await provider.observe([request.recorded])[request.identity.machine])
    }

    /// What is left of the project, on the host and in devenv's own directories.
    func leftovers() async throws -> [String] {
        let marks = [project.rawValue] + Self.names.map { identity(of: $0).machine.rawValue }
        let notes = directory.path.appending("home").appending("libvirt").appending("machines")
        return try await LibvirtLeftovers(marks: marks, uri: uri).all() + HostFiles.list(notes).map { "note \($0)" }
    }

    private func expectNothingLeft() async throws {
        var left: [String] = []
        defer { #expect(left.isEmpty, "left behind: \(left)") }
        try await eventually("nothing is left") {
            left = try await leftovers()
            return left.isEmpty
        }
    }

    private func interface(of name: String) -> NetworkInterface {
        let number = UInt32(Self.names.firstIndex(of: name) ?? 9)
        let address = IPv4Address(value: subnet.address.value + 11 + number)
        return NetworkInterface(network: .standard, subnet: subnet, address: address, mac: MACAddress(for: address))
    }

    private func identity(of name: String) -> MachineIdentity {
        let number = Self.names.firstIndex(of: name) ?? 9
        let id = String(project.rawValue.reversed().dropLast()) + "\(number)"
        return MachineIdentity(
            project: project, machine: MachineID(unchecked: id), projectName: ProjectName(unchecked: "test"),
            name: MachineName(unchecked: name))
    }

    private static func emptyBox(in directory: TemporaryDirectory) async throws -> BoxImage {
        let file = directory.path.appending("empty.qcow2")
        let call = ToolInvocation("qemu-img", ["create", "-q", "-f", "qcow2", file.string, "64M"])
        let outcome = try await SystemToolRunner().run(call)
        try #require(outcome.status == 0, "\(outcome.complaint)")
        chmod(file.string, 0o444)
        return BoxImage(
            name: "empty", digest: "sha256:\(hexadecimal())\(hexadecimal())\(hexadecimal())\(hexadecimal())",
            format: .qcow2, layers: [file], user: "dev")
    }

    private static func hexadecimal() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
