import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import ContainerProvider

/// Networks whose machines reach each other and the host only.
@Suite(.requiresContainers)
struct InternalNetworkTests {
    /// Puts a machine on an internal network.
    private static func inside(_ spec: inout MachineSpec) {
        spec.interfaces = spec.interfaces.map { old in
            NetworkInterface(
                network: old.network, subnet: old.subnet, address: old.address, mac: old.mac, isInternal: true)
        }
    }

    @Test func machinesReachEachOtherAndTheHostAndNothingElse() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request("web", address: 10, change: Self.inside)
            let db = fixture.request("db", address: 11, change: Self.inside)
            try await fixture.up(web)
            try await fixture.up(db)
            for near in [db.spec.interfaces[0].address, fixture.subnet.gateway] {
                try await fixture.expect(web, reaches: near)
            }
            try await fixture.withFarHost { far in
                try await fixture.expect(web, reaches: far, false)
                // whoever is root in the machine may look for a way: the host has none
                let gateway = fixture.subnet.gateway.description
                let process = try fixture.firstProcess(of: web)
                try await fixture.host(
                    "nsenter", "--net=/proc/\(process)/ns/net", "ip", "route", "add", "default", "via", gateway)
                try await fixture.expect(web, reaches: far, false)
                // nor does the outside find one in
                try await fixture.host("ip", "-n", fixture.farName, "route", "add", "default", "via", "\(far.previous)")
                let back = ToolInvocation(
                    "ip",
                    [
                        "netns", "exec", fixture.farName, "ping", "-c", "1", "-W", "1",
                        "\(web.spec.interfaces[0].address)",
                    ])
                let outcome = try await SystemToolRunner().run(back)
                #expect(outcome.status != 0)
            }
        }
    }

    @Test func aForwardLeadsIntoItAllTheSame() async throws {
        try await ContainerFixture.with { fixture in
            let port = try LoopbackPort.free()
            let everywhere = PortForward(address: IPv4Address(value: 0), host: port, guest: 22)
            let web = fixture.request(forwards: [everywhere], change: Self.inside)
            try await fixture.up(web)
            _ = try await fixture.say("true", in: web)
            let inside = fixture.keys.ssh(.loopback, port: port, "hostname")
            #expect(try await SystemToolRunner().run(inside).text == "web\n")
            try await fixture.withFarHost { far in
                let probe = "timeout 5 bash -c 'read -r banner </dev/tcp/\(far.previous)/\(port); echo $banner'"
                let call = ToolInvocation("ip", ["netns", "exec", fixture.farName, "sh", "-c", probe])
                let banner = try await SystemToolRunner().run(call).text
                #expect(banner.hasPrefix("SSH-2.0"))
            }
        }
    }

    @Test func aMachineOnBothKindsGoesOutByTheOneThatLeadsOut() async throws {
        try await ContainerFixture.with { fixture in
            let other = IPv4Subnet(IPv4Address(value: fixture.subnet.address.value ^ 0x100), prefixLength: 24)
            let address = IPv4Address(value: other.address.value + 10)
            let gate = fixture.request("gate", address: 10) { spec in
                Self.inside(&spec)
                spec.interfaces.append(
                    NetworkInterface(
                        network: NetworkName(unchecked: "front"), subnet: other, address: address,
                        mac: MACAddress(for: address)))
            }
            let web = fixture.request("web", address: 11, change: Self.inside)
            try await fixture.up(gate)
            try await fixture.up(web)
            try await fixture.expect(gate, reaches: web.spec.interfaces[0].address)
            try await fixture.withFarHost { far in
                try await fixture.expect(gate, reaches: far)
                try await fixture.expect(web, reaches: far, false)
            }
        }
    }

    @Test func aWallThatWasTornDownIsSeenAndPutUpAgain() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request(change: Self.inside)
            try await fixture.up(web)
            let bridge = Bridge(project: fixture.project, network: .standard, subnet: fixture.subnet).name
            try await fixture.host("nft", "delete", "element", "inet", "devenv", "walled", "{ \(bridge) }")
            #expect(
                try await fixture.observation(of: web)?.drift == ["the network 'default' is internal, but leads out"])
            _ = try await fixture.provider.start(web)
            #expect(try await fixture.observation(of: web)?.drift == [])
        }
    }

    @Test func aNetworkThatIsOpenedLeadsOutAfterARestart() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request(change: Self.inside)
            try await fixture.up(web)
            try await fixture.provider.stop(web.recorded, grace: .zero)
            let open = fixture.request()
            #expect(fixture.provider.settings(of: open) != fixture.provider.settings(of: web))
            try await fixture.up(open)
            try await fixture.withFarHost { far in
                try await fixture.expect(open, reaches: far)
            }
        }
    }
}

extension IPv4Address {
    /// The address before this one: the host's own side of the link to the far host.
    fileprivate var previous: IPv4Address { IPv4Address(value: value - 1) }
}

extension ContainerFixture {
    /// Sees whether a machine reaches an address.
    fileprivate func expect(_ machine: MachineRequest, reaches address: IPv4Address, _ expected: Bool = true)
        async throws
    {
        let outcome = try await run("ping -c 1 -W \(expected ? 5 : 1) \(address)", in: machine)
        #expect((outcome.status == 0) == expected, "\(machine.identity.name) to \(address): \(outcome.text)")
    }
}
