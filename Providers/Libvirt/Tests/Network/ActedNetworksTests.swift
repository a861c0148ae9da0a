import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import Testing

/// Networks on libvirt's test driver, which acts what libvirt does with definitions and makes nothing.
@Suite(.requires(library: "libvirt.so.0"))
struct ActedNetworksTests {
    @Test func whatWasEstablishedIsEstablishedAgainWithoutAChange() async throws {
        try await NetworkFixture.with(uri: TestDriver.uri) { fixture in
            let web = fixture.request("web", 10, hosts: ["db": 11])
            try await fixture.networks.establish(for: web)
            let made = try await fixture.live()
            #expect(made?.leases.map(\.name.rawValue) == ["web", "db"])
            try await fixture.networks.establish(for: web)
            #expect(try await fixture.live() == made)
        }
    }

    @Test func eachNetworkOfAMachineIsMadeAndGoesWithIt() async throws {
        try await NetworkFixture.with(uri: TestDriver.uri) { fixture in
            let (front, back) = (NetworkName(unchecked: "front"), NetworkName(unchecked: "back"))
            let far = IPv4Subnet(IPv4Address(value: fixture.subnet.address.value ^ 0x40_0000), prefixLength: 24)
            let one = fixture.request("web", 10, on: front)
            let other = fixture.request("web", 10, on: back, subnet: far, isInternal: true)
            var spec = one.spec
            spec.interfaces += other.spec.interfaces
            let web = MachineRequest(
                identity: one.identity, record: [:], spec: spec, box: one.box, access: one.access,
                hosts: one.hosts + other.hosts, forwards: [], logDirectory: one.logDirectory)
            try await fixture.networks.establish(for: web)
            #expect(try await fixture.live(front)?.names == one.hosts)
            #expect(try await fixture.live(back)?.isInternal == true)
            #expect(try await fixture.live(back)?.names == other.hosts)
            try await fixture.networks.release(web.identity)
            #expect(try await fixture.live(front) == nil)
            #expect(try await fixture.live(back) == nil)
        }
    }

    @Test func whatAnotherProjectHasStays() async throws {
        try await NetworkFixture.with(uri: TestDriver.uri) { first in
            try await NetworkFixture.with(uri: TestDriver.uri) { second in
                try await first.networks.establish(for: first.request("web", 10))
                try await second.networks.establish(for: second.request("web", 10))
                try await second.networks.release(second.identity("web"))
                let left = try await first.live()
                #expect(left != nil)
            }
        }
    }

    @Test func aNetworkThatWasStoppedIsStarted() async throws {
        try await NetworkFixture.with(uri: TestDriver.uri) { fixture in
            let (web, name) = (fixture.request("web", 10), fixture.network().networkName)
            try await fixture.networks.establish(for: web)
            try await fixture.connection.destroy(network: name)
            try await fixture.networks.establish(for: web)
            #expect(try await fixture.connection.networkInfo(name)?.isActive == true)
        }
    }

    @Test func aMachineThatIsOnNoNetworkNeedsNothing() async throws {
        try await NetworkFixture.with(uri: TestDriver.uri) { fixture in
            var spec = fixture.request("web", 10).spec
            spec.interfaces = []
            let web = fixture.request("web", 10)
            let lonely = MachineRequest(
                identity: web.identity, record: [:], spec: spec, box: web.box, access: web.access, hosts: [],
                forwards: [], logDirectory: web.logDirectory)
            try await fixture.networks.establish(for: lonely)
            try await fixture.networks.release(lonely.identity)
            let left = try await fixture.live()
            #expect(left == nil)
        }
    }
}
