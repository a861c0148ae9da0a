import ContainerProvider
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Testing

/// Networks with IPv6 addresses beside the others.
@Suite(.requiresContainers)
struct IPv6Tests {
    private static func request(
        _ name: String, _ number: UInt32, in fixture: ContainerFixture, on network: NetworkName = .standard,
        _ subnet: IPv4Subnet? = nil, subnet6: IPv6Subnet? = nil, hosts: [HostEntry]? = nil
    ) -> MachineRequest {
        let subnet = subnet ?? fixture.subnet
        let address = IPv4Address(value: subnet.address.value + number)
        return fixture.request(name, hosts: hosts) { spec in
            spec.interfaces = [
                NetworkInterface(
                    network: network, subnet: subnet, address: address, mac: MACAddress(for: address),
                    subnet6: subnet6 ?? IPv6Subnet(besides: subnet))
            ]
        }
    }

    @Test func machinesAndTheHostReachEachOtherAndOtherNetworksDoNot() async throws {
        try await ContainerFixture.with { fixture in
            let other = IPv4Subnet(IPv4Address(value: fixture.subnet.address.value ^ 0x100), prefixLength: 24)
            let back = Self.request("back", 12, in: fixture, on: NetworkName(unchecked: "back"), other)
            let db = Self.request("db", 11, in: fixture)
            let interface = db.spec.interfaces[0]
            let address = try #require(interface.address6)
            let entry = HostEntry(address: interface.address, address6: address, names: ["db"])
            let web = Self.request("web", 10, in: fixture, hosts: [entry])
            for machine in [web, db, back] { try await fixture.up(machine) }
            let known = try await fixture.say("getent ahosts db | awk '/STREAM/ {print $1}' | sort", in: web)
            #expect(known.split(separator: "\n").map(String.init) == ["\(interface.address)", "\(address)"].sorted())
            #expect(try await fixture.say("ping -6 -c 1 -W 10 db >/dev/null && echo there", in: web) == "there")
            let gateway = IPv6Subnet(besides: fixture.subnet).address(for: fixture.subnet.gateway)
            #expect(try await fixture.say("ping -c 1 -W 10 \(gateway) >/dev/null && echo there", in: web) == "there")
            let banner = try await fixture.host("bash", "-c", "exec 3<>/dev/tcp/\(address)/22; head -n 1 <&3")
            #expect(banner.hasPrefix("SSH-2.0"))

            let stranger = try #require(back.spec.interfaces[0].address6)
            #expect(try await fixture.run("ping -c 1 -W 1 \(stranger)", in: web).status != 0)
        }
    }

    @Test func aSubnetThatTheHostHasElsewhereIsRefusedAndANetworkGetsOneLater() async throws {
        try await ContainerFixture.with { fixture in
            let other = IPv4Subnet(IPv4Address(value: fixture.subnet.address.value ^ 0x100), prefixLength: 24)
            let subnet6 = IPv6Subnet(besides: fixture.subnet)
            let web = fixture.request("web", address: 10)
            try await fixture.up(web)
            // the machine that has its network already stays on it while the network gets its other addresses
            let db = Self.request("db", 11, in: fixture)
            try await fixture.up(db)
            #expect(
                try await fixture.say("ping -c 1 -W 10 \(db.spec.interfaces[0].address) >/dev/null && echo on", in: web)
                    == "on")
            let second = Self.request(
                "back", 12, in: fixture, on: NetworkName(unchecked: "back"), other, subnet6: subnet6)
            let error = await #expect(throws: ProviderError.self) { try await fixture.up(second) }
            #expect(error?.message.contains("this host has \(subnet6) on 'dv") == true, "\(String(describing: error))")
        }
    }
}
