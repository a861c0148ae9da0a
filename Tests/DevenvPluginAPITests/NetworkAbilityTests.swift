import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import Testing

/// What providers refuse that can't do everything with networks.
@Suite struct NetworkAbilityTests {
    private func machine(isShared: Bool) -> MachineSpec {
        var machine = MachineSpec(name: Located(MachineName(unchecked: "web")))
        let subnet = IPv4Subnet(IPv4Address(value: 10 << 24), prefixLength: 24)
        let address = IPv4Address(value: 10 << 24 | 2)
        machine.interfaces = [
            NetworkInterface(
                network: NetworkName(unchecked: "lab"), subnet: subnet, address: address, mac: MACAddress(for: address),
                isShared: isShared, subnet6: isShared ? IPv6Subnet(besides: subnet) : nil)
        ]
        return machine
    }

    @Test func aNetworkOfAnotherKindIsRefusedByItsName() {
        let provider = ProviderName(unchecked: "libvirt")
        #expect(NetworkAbility.plainOnly(machine(isShared: false), provider).isEmpty)
        let refused = NetworkAbility.plainOnly(machine(isShared: true), provider)
        #expect(
            refused.map(\.message) == [
                "the provider 'libvirt' has no shared networks, and 'lab' is one",
                "the provider 'libvirt' has no networks with IPv6, and 'lab' is one",
            ])
        #expect(refused.map(\.severity) == [.error, .error])
    }
}
