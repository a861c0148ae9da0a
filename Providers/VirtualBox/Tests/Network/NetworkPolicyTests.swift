import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// VirtualBox's policy of host-only networks; what it allows was measured with its own program, VBoxNetAdpCtl of 7.2.22.
struct NetworkPolicyTests {
    private func subnet(_ text: String) throws -> IPv4Subnet { try #require(IPv4Subnet(text)) }

    /// A policy as a file has it; nil for no file.
    private func with(_ text: String?, _ body: (NetworkPolicy) throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            if let text { try directory.write(text, to: "networks.conf") }
            try body(NetworkPolicy(directory.path.appending("networks.conf")))
        }
    }

    @Test(arguments: [
        ("192.168.56.0/24", true), ("192.168.63.0/24", true), ("192.168.56.0/21", true), ("192.168.64.0/24", false),
        ("192.168.0.0/16", false), ("10.0.0.0/24", false),
    ])
    func withoutAFileOneRangeIsAllowed(_ text: String, _ isAllowed: Bool) async throws {
        let subnet = try subnet(text)
        try await with(nil) { #expect($0.allows(subnet) == isAllowed) }
    }

    @Test(arguments: [
        ("* 10.60.0.0/24\n", "10.60.0.0/24", true),
        ("* 10.60.0.0/24\n", "10.60.0.0/16", false),
        ("* 10.60.0.0/24\n", "192.168.56.0/24", false),
        ("# c\n\n  * 10.60.0.0/24 10.70.0.0/16 # x\n* fd00::/8\n", "10.70.3.0/24", true),
        ("10.60.0.0/24\n", "10.60.0.0/24", false),
        ("*10.60.0.0/24\n", "10.60.0.0/24", false),
        ("*\t10.60.0.5/24\n", "10.60.0.0/24", true),
        ("* 0.0.0.0/0\n", "11.0.0.0/8", true),
        ("* 10.60.0.0/24, 10.61.0.0/24\r\n", "10.61.0.0/24", false),
        ("* 10.62.0.0\n", "10.62.0.0/24", false),
        ("* bar 12.0.0.0/8\n", "12.0.0.0/24", true),
        ("* 10.0.0.0/40\n", "10.0.0.0/24", false),
        ("", "192.168.56.0/24", false),
    ])
    func aFileIsReadAsVirtualBoxReadsIt(_ text: String, _ asked: String, _ isAllowed: Bool) async throws {
        let subnet = try subnet(asked)
        try await with(text) { #expect($0.allows(subnet) == isAllowed) }
    }

    @Test func automaticNetworksFollowThePolicyAndWhatIsThere() async throws {
        try await with(nil) { policy in
            let (inside, outside) = (try subnet("192.168.57.0/24"), try subnet("10.60.0.0/24"))
            #expect(NetworkWish.auto.kind(of: inside, policy: policy, present: nil) == .hostOnly)
            #expect(NetworkWish.auto.kind(of: outside, policy: policy, present: nil) == .internal)
            #expect(NetworkWish.auto.kind(of: inside, policy: policy, present: .internal) == .internal)
            #expect(NetworkWish.auto.kind(of: outside, policy: policy, present: .hostOnly) == .internal)
            #expect(NetworkWish.internal.kind(of: inside, policy: policy, present: .hostOnly) == .internal)
            #expect(NetworkWish.hostOnly.kind(of: outside, policy: policy, present: .internal) == .hostOnly)
        }
    }

    @Test func aNetworkThatMustBeHostOnlyAndMayNotIsRefusedWhereItIsWritten() async throws {
        try await with("* 10.0.0.0/8\n* 172.28.0.0/16\n") { policy in
            let place = SourceLocation(source: SourceText(name: "Envfile", ""), line: 3, column: 5)
            var spec = MachineSpec(name: Located(MachineName(unchecked: "web")))
            let address = IPv4Address(value: 0xC0A8_380A)
            spec.attachments = [
                NetworkAttachment(
                    network: Located(NetworkName(unchecked: "back")), address: Located(address, at: place))
            ]
            spec.interfaces = [
                NetworkInterface(
                    network: NetworkName(unchecked: "back"), subnet: try subnet("192.168.56.0/24"), address: address,
                    mac: MACAddress(for: address))
            ]
            var options = VirtualBoxOptions()
            let warning = try #require(NetworkObjections.all(to: spec, options, policy).first)
            #expect(warning.severity == .warning)
            #expect(warning.message.hasPrefix("this host does not reach 192.168.56.10: the network 'back'"))
            options.networks = .hostOnly
            let error = try #require(NetworkObjections.all(to: spec, options, policy).first)
            #expect(error.severity == .error)
            #expect(error.location == place)
            #expect(
                error.message
                    == "the network 'back' (192.168.56.0/24) can't be host-only: VirtualBox allows 10.0.0.0/8, 172.28.0.0/16 "
                    + "by '\(policy.file)'")
            #expect(error.help?.contains("add the line '* 192.168.56.0/24' to '\(policy.file)'") == true)
            options.networks = .internal
            #expect(NetworkObjections.all(to: spec, options, policy).isEmpty)
        }
    }

    @Test func moreCardsThanVirtualBoxHasAreRefused() async throws {
        try await with(nil) { policy in
            let spec = MachineSpec(name: Located(MachineName(unchecked: "web")))
            var options = VirtualBoxOptions()
            options.bridges = (0..<7).map { CardPlan.Bridge(interface: "eth\($0)", address: nil) }
            #expect(NetworkObjections.all(to: spec, options, policy).isEmpty)
            options.bridges.append(CardPlan.Bridge(interface: "eth7", address: nil))
            #expect(NetworkObjections.all(to: spec, options, policy).count == 1)
        }
    }
}
