import ContainerProvider
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Machines, each other, the host and the world outside.
@Suite(.requiresContainers)
struct NetworkTests {
    @Test func machinesReachEachOtherByNameWithoutWaitingForDNS() async throws {
        try await ContainerFixture.with { fixture in
            let hosts = [
                HostEntry(address: IPv4Address(value: fixture.subnet.address.value + 10), names: ["web"]),
                HostEntry(address: IPv4Address(value: fixture.subnet.address.value + 11), names: ["db", "db.test"]),
            ]
            let web = fixture.request("web", address: 10, hosts: hosts)
            let db = fixture.request("db", address: 11, hosts: hosts)
            try await fixture.up(web)
            try await fixture.up(db)
            #expect(try await fixture.say("ping -c 1 -W 5 db.test >/dev/null && echo reached", in: web) == "reached")
            // getent asks for an IPv6 address first, which no hosts file has
            let script = "s=$(date +%s%N); getent hosts db >/dev/null; e=$(date +%s%N); echo $(( (e - s) / 1000000 ))"
            let milliseconds = try #require(Int(try await fixture.say(script, in: web)))
            #expect(milliseconds < 500)
        }
    }

    /// A removal that is killed may take the link away and not the rules.
    @Test func theRulesOfABridgeThatIsGoneGoWithItsLastMachine() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            let prefix = "dv" + fixture.project.short
            let bridge = try #require(try HostFiles.list("/sys/class/net").first { $0.hasPrefix(prefix) })
            #expect(try await Self.rules().contains(bridge))
            try await fixture.provider.stop(web.recorded, grace: .zero)
            _ = try await SystemToolRunner().run(ToolInvocation("ip", ["link", "delete", bridge]))
            try await fixture.provider.destroy(web.recorded)
            #expect(try await !Self.rules().contains(bridge))
        }
    }

    private static func rules() async throws -> String {
        try await SystemToolRunner().run(ToolInvocation("nft", ["list", "ruleset"])).text
    }

    @Test func aSubnetThatTheHostHasElsewhereIsRefused() async throws {
        try await ContainerFixture.with { fixture in
            let name = "dvt" + String(fixture.subnet.address.value, radix: 16)
            let gateway = "\(fixture.subnet.gateway)/\(fixture.subnet.prefixLength)"
            for words in [
                ["link", "add", name, "type", "bridge"], ["addr", "add", gateway, "dev", name],
                ["link", "set", name, "up"],
            ] {
                let outcome = try await SystemToolRunner().run(ToolInvocation("ip", words))
                #expect(outcome.status == 0, "\(outcome.complaint)")
            }
            let error = await #expect(throws: ProviderError.self) { try await fixture.up(fixture.request()) }
            _ = try await SystemToolRunner().run(ToolInvocation("ip", ["link", "delete", name]))
            #expect(error?.message.contains("on '\(name)' already") == true, "\(String(describing: error))")
            try await fixture.up(fixture.request())
        }
    }

    @Test func aForwardLeadsFromLoopbackAloneIntoTheMachine() async throws {
        try await ContainerFixture.with { fixture in
            let port = try LoopbackPort.free()
            let web = fixture.request(forwards: [PortForward(host: port, guest: 22)])
            try await fixture.up(web)
            _ = try await fixture.say("true", in: web)
            let inside = fixture.keys.ssh(.loopback, port: port, "hostname")
            #expect(try await SystemToolRunner().run(inside).text == "web\n")
            let gateway = fixture.keys.ssh(fixture.subnet.gateway, port: port, "hostname")
            #expect(try await SystemToolRunner().run(gateway).status == 255)
            try await fixture.provider.stop(web.recorded, grace: .zero)
            #expect(try await SystemToolRunner().run(inside).status == 255)
        }
    }

    @Test func aForwardOfEveryAddressLeadsInFromAnyOfTheHost() async throws {
        try await ContainerFixture.with { fixture in
            let port = try LoopbackPort.free()
            let web = fixture.request(forwards: [PortForward(address: IPv4Address(value: 0), host: port, guest: 22)])
            try await fixture.up(web)
            _ = try await fixture.say("true", in: web)
            for address in [IPv4Address.loopback, fixture.subnet.gateway] {
                let outcome = try await SystemToolRunner().run(fixture.keys.ssh(address, port: port, "hostname"))
                #expect(outcome.text == "web\n")
            }
        }
    }

    @Test func theWayOutIsHiddenBehindTheHostsAddress() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            try await fixture.withFarHost { far in
                let outcome = try await fixture.run("ping -c 1 -W 5 \(far)", in: web)
                #expect(outcome.status == 0)
            }
        }
    }

    @Test func networksOfAProjectAreApartAndAMachineMayBeOnBoth() async throws {
        try await ContainerFixture.with { fixture in
            let other = IPv4Subnet(IPv4Address(value: fixture.subnet.address.value ^ 0x100), prefixLength: 24)
            let second = IPv4Address(value: other.address.value + 10)
            let back = NetworkInterface(
                network: NetworkName(unchecked: "back"), subnet: other, address: second, mac: MACAddress(for: second))
            let gate = fixture.request("gate", address: 10) { $0.interfaces.append(back) }
            let web = fixture.request("web", address: 11)
            try await fixture.up(gate)
            try await fixture.up(web)
            #expect(try await fixture.say("ip -br -4 addr show eth1 | grep -c \(second)", in: gate) == "1")
            let address = fixture.subnet.address.value + 10
            let near = try await fixture.run("ping -c 1 -W 5 \(IPv4Address(value: address))", in: web)
            #expect(near.status == 0)
            let far = try await fixture.run("ping -c 1 -W 1 \(second)", in: web)
            #expect(far.status != 0)
        }
    }
}
