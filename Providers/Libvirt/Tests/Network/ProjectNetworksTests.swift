import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// Networks that serve machines, on a real libvirt.
@Suite(.serialized, .requiresRoot, .requiresLibvirt, .requires(tool: "ip", "busybox", "nsenter", "virsh"))
struct ProjectNetworksTests {
    @Test func theFirstMachineToStartHasAllServed() async throws {
        try await NetworkFixture.with { fixture in
            let (web, db) = (
                fixture.request("web", 10, hosts: ["db": 11]), fixture.request("db", 11, hosts: ["web": 10])
            )
            _ = try await fixture.define(web)
            try await fixture.networks.establish(for: web)
            let made = try await fixture.live()
            try await StandInGuest.with(db.spec.interfaces[0].mac, on: fixture.network().bridge) { guest in
                let given = try await guest.configure()
                #expect(given == fixture.address(11))
                let server = fixture.subnet.gateway
                #expect(try await guest.resolve("web", at: server) == fixture.address(10))
                #expect(try await guest.resolve("web.shop.test", at: server) == fixture.address(10))
                #expect(try await guest.resolve("db.shop.test", at: server) == fixture.address(11))
                #expect(try await guest.resolve("nobody.shop.test", at: server) == nil)
            }
            _ = try await fixture.define(db)
            try await fixture.networks.establish(for: db)
            #expect(try await fixture.live() == made)
        }
    }

    @Test func aStrangerGetsNoAddress() async throws {
        try await NetworkFixture.with { fixture in
            let web = fixture.request("web", 10)
            try await fixture.networks.establish(for: web)
            let stranger = try #require(MACAddress("02:00:00:00:00:01"))
            try await StandInGuest.with(stranger, on: fixture.network().bridge) { guest in
                let given = try await guest.configure()
                #expect(given == nil)
            }
        }
    }

    @Test func machinesOfAnInternalNetworkReachEachOtherAndNothingBeyond() async throws {
        try await NetworkFixture.with { fixture in
            let (wall, open) = (NetworkName(unchecked: "wall"), NetworkName(unchecked: "open"))
            let far = IPv4Subnet(IPv4Address(value: fixture.subnet.address.value ^ 0x40_0000), prefixLength: 24)
            let inside = fixture.request("web", 10, hosts: ["db": 11], on: wall, isInternal: true)
            let outside = fixture.request("api", 10, on: open, subnet: far)
            try await fixture.networks.establish(for: inside)
            try await fixture.networks.establish(for: outside)
            try await Beyond.with { beyond in
                try await StandInGuest.with(outside.spec.interfaces[0].mac, on: fixture.network(open).bridge) { guest in
                    let given = try await guest.configure()
                    #expect(given == fixture.address(10, in: far))
                    #expect(try await guest.reaches(beyond))
                    #expect(try await !guest.reaches(fixture.address(10)))
                }
                try await StandInGuest.with(inside.spec.interfaces[0].mac, on: fixture.network(wall).bridge) { guest in
                    try await guest.take(fixture.address(10), prefixLength: 24, router: fixture.subnet.gateway)
                    let neighbour = MACAddress(for: fixture.address(11))
                    try await StandInGuest.with(neighbour, on: fixture.network(wall).bridge) { other in
                        let given = try await other.configure()
                        #expect(given == fixture.address(11))
                        #expect(try await guest.reaches(fixture.address(11)))
                    }
                    #expect(try await guest.reaches(fixture.subnet.gateway))
                    #expect(try await !guest.reaches(beyond))
                    #expect(try await guest.resolve("db", at: fixture.subnet.gateway) == fixture.address(11))
                }
            }
        }
    }

    @Test func machinesThatStartAtOnceShareTheirNetworks() async throws {
        try await NetworkFixture.with { fixture in
            let hosts: KeyValuePairs<String, UInt32> = ["m0": 10, "m1": 11, "m2": 12, "m3": 13, "m4": 14, "m5": 15]
            let requests = (0..<6).map { fixture.request("m\($0)", 10 + UInt32($0), hosts: hosts) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for request in requests { group.addTask { try await fixture.networks.establish(for: request) } }
                try await group.waitForAll()
            }
            #expect(try await fixture.live()?.leases.count == 6)
            #expect(try await fixture.connection.networkInfo(fixture.network().networkName)?.isActive == true)
        }
    }

    @Test func aMachineThatMovesIsServedAtItsNewPlace() async throws {
        try await NetworkFixture.with { fixture in
            try await fixture.networks.establish(for: fixture.request("web", 10, hosts: ["db": 11]))
            let moved = fixture.request("web", 20, hosts: ["db": 11])
            try await fixture.networks.establish(for: moved)
            try await StandInGuest.with(moved.spec.interfaces[0].mac, on: fixture.network().bridge) { guest in
                let given = try await guest.configure()
                #expect(given == fixture.address(20))
                #expect(try await guest.resolve("web", at: fixture.subnet.gateway) == fixture.address(20))
                #expect(try await guest.resolve("db", at: fixture.subnet.gateway) == fixture.address(11))
            }
        }
    }

    @Test func aMachineUnderAnotherMACGetsTheAddressBack() async throws {
        try await NetworkFixture.with { fixture in
            let old = fixture.request("web", 10)
            try await fixture.networks.establish(for: old)
            try await StandInGuest.with(old.spec.interfaces[0].mac, on: fixture.network().bridge) { guest in
                let given = try await guest.configure()
                #expect(given == fixture.address(10))
            }
            let mac = try #require(MACAddress("52:54:00:12:34:56"))
            try await fixture.networks.establish(for: fixture.request("web", 10, mac: mac))
            try await StandInGuest.with(mac, on: fixture.network().bridge) { guest in
                let given = try await guest.configure()
                #expect(given == fixture.address(10))
            }
        }
    }

    @Test func aNetworkGoesWithTheLastMachineOnIt() async throws {
        try await NetworkFixture.with { fixture in
            let (web, db) = (
                fixture.request("web", 10, hosts: ["db": 11]), fixture.request("db", 11, hosts: ["web": 10])
            )
            let (first, second) = (try await fixture.define(web), try await fixture.define(db))
            try await fixture.networks.establish(for: web)
            try await fixture.networks.establish(for: db)
            try await fixture.connection.undefine(second)
            try await fixture.networks.release(db.identity)
            #expect(try await fixture.live()?.names.map(\.names) == [["web"]])
            try await fixture.connection.undefine(first)
            try await fixture.networks.release(web.identity)
            #expect(try await fixture.live() == nil)
            #expect(try await LibvirtLeftovers(marks: [fixture.project.rawValue]).all() == [])
            try await fixture.networks.release(web.identity)
        }
    }

    @Test func addressesAreFoundByTheLeaseOfTheDomainsMAC() async throws {
        try await NetworkFixture.with { fixture in
            let web = fixture.request("web", 10)
            let (domain, mac) = (try await fixture.define(web), web.spec.interfaces[0].mac)
            try await fixture.networks.establish(for: web)
            try await fixture.connection.start(domain, paused: true)
            let none = await AddressLookup.addresses(of: domain, macs: [mac], fixture.connection)
            #expect(none == [:])
            try await StandInGuest.with(mac, on: fixture.network().bridge) { guest in
                let given = try await guest.configure()
                #expect(given == fixture.address(10))
            }
            let found = await AddressLookup.addresses(of: domain, macs: [mac], fixture.connection)
            #expect(found == [mac: fixture.address(10)])
        }
    }

    @Test func addressesThatNobodyGaveAwayAreFoundAmongTheNeighbours() async throws {
        try await NetworkFixture.with { fixture in
            let web = fixture.request("web", 10)
            let domain = try await fixture.define(web)
            try await fixture.networks.establish(for: web)
            try await fixture.connection.start(domain, paused: true)
            let mac = try #require(MACAddress("52:54:00:65:43:21"))
            try await StandInGuest.with(mac, on: fixture.network().bridge) { guest in
                try await guest.take(fixture.address(77), prefixLength: 24)
                #expect(try await guest.reaches(fixture.subnet.gateway))
                let found = await AddressLookup.addresses(of: domain, macs: [mac], fixture.connection)
                #expect(found == [mac: fixture.address(77)])
            }
        }
    }
}

/// A place that is neither this host nor one of its networks: behind a link of its own, in 198.18.0.0/15 (RFC 2544).
private enum Beyond {
    static func with(_ body: (IPv4Address) async throws -> Void) async throws {
        let link = "dvb" + String(UInt32.random(in: .min ... .max), radix: 16)
        let base = 0xC612_0000 | UInt32.random(in: 0..<0x8000) << 2
        let (near, far) = (IPv4Address(value: base + 1), IPv4Address(value: base + 2))
        let setup = """
            ip netns add \(link)
            ip link add \(link) type veth peer name eth0 netns \(link)
            ip addr add \(near)/30 dev \(link)
            ip link set \(link) up
            ip -n \(link) addr add \(far)/30 dev eth0
            ip -n \(link) link set eth0 up
            """
        let outcome = try await SystemToolRunner().run(ToolInvocation("sh", ["-euc", setup]))
        let result: Result<Void, any Error>
        do {
            try #require(outcome.status == 0, "\(outcome.complaint)")
            result = .success(try await body(far))
        } catch { result = .failure(error) }
        _ = try await SystemToolRunner().run(ToolInvocation("ip", ["netns", "delete", link]))
        try result.get()
    }
}
