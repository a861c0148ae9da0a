import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

/// The promises of every provider, kept by one that is easy to look through, whatever it can do.
@Suite struct ConformanceSuiteTests {
    @Test(arguments: ProviderConformance.Case.allCases, [true, false])
    func aProviderInMemoryConforms(_ aCase: ProviderConformance.Case, _ isAble: Bool) async throws {
        var script = MemoryProvider.Script()
        script.claim = ["place": "memory"]
        let provider = MemoryProvider(
            features: ProviderFeatures(boxFormats: [.directories], suspends: isAble, snapshots: isAble), script: script)
        let suite = ProviderConformance(
            provider: provider, request: { Self.request($0) }, leftovers: { provider.machines.keys.map(\.rawValue) })
        try await suite.run(aCase)
    }

    private static func request(_ name: String) -> MachineRequest {
        let number = UInt32(["one": 1, "two": 2, "three": 3][name] ?? 4)
        let address = IPv4Address(value: 10 << 24 | number)
        var spec = MachineSpec(name: Located(MachineName(unchecked: name)))
        spec.interfaces = [
            NetworkInterface(
                network: .standard, subnet: IPv4Subnet(address, prefixLength: 24), address: address,
                mac: MACAddress(for: address))
        ]
        let identity = MachineIdentity(
            project: ProjectID(unchecked: "0123456789abcdef"), machine: MachineID(unchecked: name),
            projectName: ProjectName(unchecked: "test"), name: spec.name.value)
        let box = BoxImage(name: "test", digest: "sha256:0", format: .directories, layers: [], user: "dev")
        let access = MachineAccess(user: "dev", authorizedKeys: [], hostKey: Redacted(""), publicHostKey: "", port: 22)
        return MachineRequest(
            identity: identity, record: [:], spec: spec, box: box, access: access, hosts: [], forwards: [],
            logDirectory: "/nowhere")
    }
}
