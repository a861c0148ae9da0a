import DevenvCrypto
import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// Real machines whose addresses devenv did not choose.
@Suite(.requiresRoot, .requiresLibvirt, .requires(tool: "qemu-img", "xorriso", "ssh"), .serialized)
struct LocateTests {
    @Test func aMachineOnABridgeOfTheHostIsFound() async throws {
        let guest = try await TestDisk.tiny()
        try await ForeignNetwork.with { network in
            try await LibvirtFixture.with(box: guest.image) { fixture in
                let options = guest.options + [("bridges", .list([OptionTree(.string(network.bridge))]))]
                var one = fixture.request(tree: options) { $0.interfaces = [] }
                one = try await fixture.up(one)
                let seen = try await fixture.provider.locate(one.recorded, timeout: .seconds(120))
                let address = try #require(seen.address)
                #expect(network.subnet.contains(address))
                #expect(try await fixture.say("hostname", at: address) == "one")
                #expect(try await fixture.observation(of: one) == seen)
            }
        }
    }

    @Test func aMachineThatDoesNotTakeWhatItIsGivenIsFoundElsewhere() async throws {
        let guest = try await TestDisk.tiny()
        try await ForeignNetwork.with { network in
            try await LibvirtFixture.with(box: guest.image) { fixture in
                let forward = PortForward(host: try LoopbackPort.free(), guest: 22)
                // the project's network knows no such card, and gives it nothing
                let mac: KeyValuePairs = ["address": "52:54:00:6f:00:01"]
                let stranger = OptionTree.text(["path": "devices/interface/mac"], "set", mac)
                let card = XMLElement(
                    "interface", ["type": "network"],
                    [XMLElement("source", ["network": network.name]), XMLElement("model", ["type": "virtio"])]
                ).description
                let other = OptionTree.text(["path": "devices", "add": card])
                let options = guest.options + [("xml", .list([stranger, other]))]
                var one = fixture.request(forwards: [forward], tree: options) { _ in }
                one = try await fixture.up(one)
                let given = try await fixture.observation(of: one).address
                #expect(given == one.spec.interfaces[0].address)
                let seen = try await fixture.provider.locate(one.recorded, timeout: .seconds(120))
                let address = try #require(seen.address)
                #expect(network.subnet.contains(address))
                #expect(try await fixture.say("hostname", at: address) == "one")
                #expect(try await fixture.say("hostname", at: .loopback, port: forward.host) == "one")
                #expect(seen.drift == [])
                #expect(try await fixture.observation(of: one) == seen)
                // what is put right around it leads to where it is
                one.record = try await fixture.provider.start(one)
                #expect(try await fixture.observation(of: one) == seen)
            }
        }
    }

    @Test func aMachineWithoutAnAddressIsGivenUp() async throws {
        try await LibvirtFixture.with { fixture in
            var one = fixture.request { $0.interfaces = [] }
            one = try await fixture.up(one)
            #expect(try await fixture.observation(of: one).address == nil)
            let error = await #expect(throws: ProviderError.self) {
                _ = try await fixture.provider.locate(one.recorded, timeout: .milliseconds(300))
            }
            #expect(error?.code == .timedOut)
            try await fixture.provider.stop(one.recorded, grace: .zero)
            #expect(try await fixture.provider.locate(one.recorded, timeout: .seconds(60)).state == .stopped)
        }
    }
}

/// A network of libvirt's that is no project's, and that gives addresses to whoever asks.
private struct ForeignNetwork: Sendable {
    let name: String
    let bridge: String
    let subnet: IPv4Subnet

    static func with(_ body: (ForeignNetwork) async throws -> Void) async throws {
        let mark = SecureRandom.hexadecimal(digits: 8)
        let third = UInt32.random(in: 0...0xFFF)
        let network = ForeignNetwork(
            name: "devenv-test-\(mark)", bridge: "dvn\(mark)",
            subnet: IPv4Subnet(IPv4Address(value: 10 << 24 | (0xA0 << 16 | third << 8)), prefixLength: 24))
        let connection = try await LibvirtConnection.open(LibvirtDaemon.system)
        try await connection.define(network: network.xml)
        let result: Result<Void, any Error>
        do {
            try await connection.start(network: network.name)
            result = .success(try await body(network))
        } catch { result = .failure(error) }
        try? await connection.destroy(network: network.name)  // it may never have been started
        try await connection.undefine(network: network.name)
        try result.get()
    }

    private var xml: XMLElement {
        let first = subnet.address.value
        let range = XMLElement(
            "range",
            ["start": "\(IPv4Address(value: first + 100))", "end": "\(IPv4Address(value: first + 200))"])
        return XMLElement(
            "network", [:],
            [
                XMLElement("name", text: name), XMLElement("bridge", ["name": bridge, "stp": "off"]),
                XMLElement(
                    "ip", ["address": "\(subnet.gateway)", "netmask": "255.255.255.0"],
                    [XMLElement("dhcp", [:], [range])]),
            ])
    }
}

extension TestGuest {
    /// The options that start its kernel without a boot loader.
    fileprivate var options: [(String, OptionTree.Value)] {
        [
            ("kernel", .string(kernel.string)), ("initrd", .string(initrd.string)),
            ("cmdline", .string(commandLine)),
        ]
    }
}

extension OptionTree {
    /// A map of texts, with a map of texts in it.
    fileprivate static func text(
        _ texts: KeyValuePairs<String, String>, _ key: String? = nil, _ inner: KeyValuePairs<String, String> = [:]
    ) -> OptionTree {
        func entry(_ key: String, _ value: OptionTree) -> Entry { Entry(key: Located(key), value: value) }
        let own = texts.map { entry($0.key, OptionTree(.string($0.value))) }
        return OptionTree(.map(own + (key.map { [entry($0, text(inner))] } ?? [])))
    }
}

extension LibvirtFixture {
    fileprivate func request(
        forwards: [PortForward] = [], tree: [(String, OptionTree.Value)], change: (inout MachineSpec) -> Void
    ) -> MachineRequest {
        request(forwards: forwards) { spec in
            let entries = tree.map { OptionTree.Entry(key: Located($0.0), value: OptionTree($0.1)) }
            spec.providerOptions[provider.name] = OptionTree(.map(entries))
            change(&spec)
        }
    }

    /// What a command in the machine says, as soon as it lets in.
    fileprivate func say(_ command: String, at address: IPv4Address, port: UInt16? = nil) async throws -> String {
        var said = ""
        try await eventually("the machine lets in", within: .seconds(90)) {
            let outcome = try await SystemToolRunner().run(keys.ssh(address, port: port, command))
            said = outcome.text.filter { !$0.isNewline }
            return outcome.status == 0
        }
        return said
    }
}
