import DevenvCrypto
import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// A project of a test's own with networks of libvirt. When the body ends, however it ends, its domains and networks are
/// removed, and what is left of them fails the test.
struct NetworkFixture: Sendable {
    let project: ProjectID
    let subnet: IPv4Subnet
    let connection: LibvirtConnection
    let networks: ProjectNetworks
    let directory: FilePath

    static func with(uri: String = LibvirtDaemon.system, _ body: (NetworkFixture) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let project = ProjectID(unchecked: SecureRandom.hexadecimal(digits: 16))
            let fixture = try await NetworkFixture(
                project: project.rawValue, uri: uri, directory: directory.path.string)
            let result: Result<Void, any Error>
            do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
            try await fixture.removeAll()
            try result.get()
            guard uri.hasPrefix("qemu") else { return }
            var left: [String] = []
            defer { #expect(left == []) }
            try await eventually("nothing is left") {
                left = try await LibvirtLeftovers(marks: [project.rawValue], uri: uri).all()
                return left.isEmpty
            }
        }
    }

    /// The same project as another process sees it.
    init(project: String, uri: String, directory: String) async throws {
        self.project = ProjectID(unchecked: project)
        self.directory = FilePath(directory)
        let bits = UInt32(project.prefix(4), radix: 16) ?? 0
        subnet = IPv4Subnet(IPv4Address(value: 10 << 24 | (64 << 16 | bits << 6) & 0x7F_FF00), prefixLength: 24)
        connection = try await LibvirtConnection.open(uri)
        let home = FilePath(directory).appending("home")
        networks = ProjectNetworks(
            connection: connection, directories: HostDirectories(data: home, runtime: home.appending("run")),
            tools: SystemToolRunner())
    }

    func identity(_ name: String) -> MachineIdentity {
        let id = SHA256.hexadecimal(of: Array("\(project) \(name)".utf8)).prefix(16)
        return MachineIdentity(
            project: project, machine: MachineID(unchecked: String(id)), projectName: ProjectName(unchecked: "shop"),
            name: MachineName(unchecked: name))
    }

    func address(_ number: UInt32, in subnet: IPv4Subnet? = nil) -> IPv4Address {
        IPv4Address(value: (subnet ?? self.subnet).address.value + number)
    }

    func network(_ name: NetworkName = .standard) -> ProjectNetwork { ProjectNetwork(name, of: identity("any")) }

    /// A request for a machine at a number of the subnet, `hosts` being the others of the project.
    func request(
        _ name: String, _ number: UInt32, hosts: KeyValuePairs<String, UInt32> = [:],
        on network: NetworkName = .standard,
        subnet: IPv4Subnet? = nil, mac: MACAddress? = nil, isInternal: Bool = false
    ) -> MachineRequest {
        let own = address(number, in: subnet)
        var spec = MachineSpec(name: Located(MachineName(unchecked: name)))
        spec.interfaces = [
            NetworkInterface(
                network: network, subnet: subnet ?? self.subnet, address: own, mac: mac ?? MACAddress(for: own),
                isInternal: isInternal)
        ]
        let entries = hosts.map { HostEntry(address: address($0.value, in: subnet), names: [$0.key]) }
        return MachineRequest(
            identity: identity(name), record: [:], spec: spec,
            box: BoxImage(name: "none", digest: "sha256:00", format: .qcow2, layers: [], user: "dev"),
            access: Sample.access, hosts: [HostEntry(address: own, names: [name])] + entries, forwards: [],
            logDirectory: directory)
    }

    /// Defines a machine without a disk: it can be started, paused, and be plugged in.
    func define(_ request: MachineRequest) async throws -> DomainID {
        let cards = request.spec.interfaces.map { interface in
            let name = ProjectNetwork(interface.network, of: request.identity).networkName
            return XMLElement(
                "interface", ["type": "network"],
                [
                    XMLElement("mac", ["address": interface.mac.description]), XMLElement("source", ["network": name]),
                    XMLElement("model", ["type": "virtio"]),
                ])
        }
        return try await connection.define(
            XMLElement(
                "domain", ["type": connection.uri.hasPrefix("test") ? "test" : "qemu"],
                [
                    XMLElement("name", text: request.identity.domainName),
                    XMLElement("uuid", text: request.identity.domainUUID),
                    XMLElement("memory", ["unit": "MiB"], text: "16"), XMLElement("vcpu", text: "1"),
                    XMLElement("os", [:], [XMLElement("type", ["arch": "x86_64", "machine": "q35"], text: "hvm")]),
                    XMLElement("devices", [:], cards),
                ]))
    }

    /// What libvirt has of a network at the moment.
    func live(_ name: NetworkName = .standard) async throws -> NetworkDescription? {
        guard try await connection.networkInfo(network(name).networkName) != nil else { return nil }
        return NetworkDescription(network(name), xml: try await connection.networkXML(network(name).networkName))
    }

    /// Runs a program of this host that must succeed.
    @discardableResult
    func host(_ tool: String, _ arguments: String...) async throws -> String {
        let call = ToolInvocation(tool, arguments)
        let outcome = try await SystemToolRunner().run(call)
        #expect(outcome.status == 0, "\(call): \(outcome.complaint)")
        return outcome.text
    }

    private func removeAll() async throws {
        // a test may have killed the daemon at the other one's end
        let connection = try await LibvirtConnection.open(connection.uri)
        for domain in try await connection.allDomains() where domain.id.digits.hasPrefix(project.rawValue) {
            if domain.isActive { try await connection.powerOff(domain.id, gracefully: false) }
            try await connection.undefine(domain.id)
        }
        try await ProjectNetworks(
            connection: connection,
            directories: HostDirectories(data: directory, runtime: directory.appending("cleaning")),
            tools: SystemToolRunner()
        ).release(identity("any"))
    }
}
