import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import LibvirtProvider
import SystemPackage

/// Values that tests of descriptions start from.
enum Sample {
    static let identity = identity("web", machine: "fedcba9876543210")

    private static func identity(_ name: String, machine: String) -> MachineIdentity {
        MachineIdentity(
            project: ProjectID(unchecked: "0123456789abcdef"), machine: MachineID(unchecked: machine),
            projectName: ProjectName(unchecked: "shop"), name: MachineName(unchecked: name))
    }

    static let access = access(user: "dev")

    /// Keys that let in, with texts that only look like keys.
    static func access(user: String, keys: [String] = ["ssh-ed25519 AAAAuser someone"]) -> MachineAccess {
        MachineAccess(
            user: user, authorizedKeys: keys,
            hostKey: Redacted("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"),
            publicHostKey: "ssh-ed25519 AAAAhost", port: 22)
    }

    static let files = DomainFiles(
        disk: "/pool/web.qcow2", bases: ["/pool/base.qcow2"], seed: "/pool/web.seed.iso", console: "/log/console.log")

    static let kvm = HostAbilities(virtualization: .kvm, emulator: "/usr/bin/qemu-system-x86_64")
    static let tcg = HostAbilities(virtualization: .qemu, emulator: "/usr/bin/qemu-system-x86_64")

    /// An interface on a network: 10.60.NUMBER.10.
    static func interface(_ network: NetworkName = .standard, number: UInt32 = 0, isInternal: Bool = false)
        -> NetworkInterface
    {
        let subnet = IPv4Subnet(IPv4Address(value: 0x0A3C_0000 + number << 8), prefixLength: 24)
        let address = IPv4Address(value: subnet.address.value + 10)
        return NetworkInterface(
            network: network, subnet: subnet, address: address, mac: MACAddress(for: address), isInternal: isInternal)
    }

    /// A request for `web` on the standard network, or for `db`.
    static func request(
        _ name: String = "web", access: MachineAccess = access, hosts: [HostEntry]? = nil,
        change: (inout MachineSpec) -> Void = { _ in }
    ) -> MachineRequest {
        let identity = name == "web" ? identity : identity(name, machine: "fedcba9876543211")
        var spec = MachineSpec(name: Located(identity.name))
        spec.interfaces = [interface()]
        change(&spec)
        return MachineRequest(
            identity: identity, record: [:], spec: spec,
            box: BoxImage(name: "debian", digest: "sha256:00", format: .qcow2, layers: ["/boxes/0.qcow2"], user: "dev"),
            access: access,
            hosts: hosts ?? spec.interfaces.prefix(1).map { HostEntry(address: $0.address, names: ["web"]) },
            forwards: [],
            logDirectory: "/log")
    }

    /// The standard network with `web`.
    static func network(isInternal: Bool) -> NetworkDescription {
        let interface = interface()
        return NetworkDescription(
            ProjectNetwork(.standard, of: identity), subnet: interface.subnet, isInternal: isInternal,
            leases: [FixedLease(name: identity.name, mac: interface.mac, address: interface.address)],
            names: [HostEntry(address: interface.address, names: ["web.example.org", "web"])])
    }
}
