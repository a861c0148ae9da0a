import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage
import Testing

@testable import ContainerProvider

/// What is handed to ip and nft, and what is read from them.
struct NetworkTextTests {
    private let bridge = Bridge(
        project: ProjectID(unchecked: "0123456789abcdef"), network: .standard,
        subnet: IPv4Subnet(IPv4Address(value: 0x0A3C_0000), prefixLength: 24))
    private let mark = "devenv:0123456789abcdef:00000000000000bb"

    @Test func aBridgesNameFitsTheKernelAndDependsOnTheNetwork() {
        let other = Bridge(project: bridge.project, network: NetworkName(unchecked: "back"), subnet: bridge.subnet)
        #expect(bridge.name.utf8.count == 15)
        #expect(bridge.name.hasPrefix("dv01234567"))
        #expect(bridge.name != other.name)
    }

    @Test func aBridgeIsMadeWithAPinnedAddressAndMarkedLast() {
        let lines = LinkBatch.bridges([(bridge, .absent)])
        #expect(lines.first == "link add name \(bridge.name) address 02:dd:0a:3c:00:01 type bridge")
        #expect(lines.contains("addr add 10.60.0.1/24 dev \(bridge.name) noprefixroute"))
        #expect(lines.last == "link set dev \(bridge.name) alias devenv:0123456789abcdef:default:10.60.0.0/24")
        #expect(LinkBatch.bridges([(bridge, .partial)]) == Array(lines.dropFirst()))
        #expect(LinkBatch.bridges([(bridge, .whole)]).isEmpty)
    }

    @Test func aCableLeadsIntoTheProcessAndTheFirstGivesTheDefaultRoute() {
        let address = IPv4Address(value: 0x0A3C_000A)
        let interface = NetworkInterface(
            network: .standard, subnet: bridge.subnet, address: address, mac: MACAddress(for: address))
        let cable = Cable(
            name: "vd1", inside: "eth0", bridge: bridge.name, alias: mark, interface: interface,
            isWayOut: true)
        #expect(
            LinkBatch.attachments([cable], process: 42).first
                == "link add name vd1 type veth peer name eth0 address 02:dd:0a:3c:00:0a netns 42")
        #expect(LinkBatch.inside([cable]).last == "route replace default via 10.60.0.1 quickack 1")
        #expect(LinkBatch.inside([cable], outlet6: bridge.name).count == LinkBatch.inside([cable]).count)
    }

    @Test func aNetworkLeadsOutOverIPv6WhereThatIsSaid() {
        let address = IPv4Address(value: 0x0A3C_000A)
        let interface = NetworkInterface(
            network: .standard, subnet: bridge.subnet, address: address, mac: MACAddress(for: address),
            subnet6: IPv6Subnet(besides: bridge.subnet))
        let cable = Cable(
            name: "vd1", inside: "eth0", bridge: bridge.name, alias: mark, interface: interface, isWayOut: true)
        let last = LinkBatch.inside([cable], outlet6: bridge.name).last
        #expect(last == "route replace ::/0 via fdde:7e6e:a3c::a3c:1 dev eth0")
        var other = bridge
        other.subnet6 = interface.subnet6
        #expect(other.leadsOut6 && !bridge.leadsOut6)
        #expect(LinkBatch.completions([(other, .absent)]).contains("addr add fe80::1/64 dev \(bridge.name) nodad"))
        other.isInternal = true
        #expect(!other.leadsOut6)
        var listing = listing
        let note = HostNetwork.batch(for: demand([]), opening: ["eth0"], over: listing)
        #expect(note.hasPrefix("add element inet devenv uplinks { \"eth0\" }\n"))
        listing.uplinks = ["eth0"]
        #expect(RuleTable.note(["eth0"], over: listing).isEmpty)
        #expect(RuleTable.note([], isRouter: true, over: listing) == "flush set inet devenv uplinks\n")
    }

    @Test func linksGoInOneGroupAndASingleOneByItsName() {
        #expect(LinkBatch.removal(of: ["vd1"], group: 7) == ["link delete dev vd1"])
        #expect(
            LinkBatch.removal(of: ["dv1", "vd1"], group: 7)
                == ["link set dev dv1 group 7", "link set dev vd1 group 7", "link delete group 7"])
    }

    @Test func aNewMachineOnAnEmptyTableBringsAllOfIt() {
        let batch = HostNetwork.batch(for: demand([PortForward(host: 8080, guest: 80)]), over: RuleListing())
        #expect(batch.hasPrefix(RuleTable.skeleton))
        #expect(batch.contains("add element inet devenv bridges { \"\(bridge.name)\""))
        #expect(
            batch.hasSuffix(
                "add element inet devenv to_tcp { 127.0.0.1 . 8080 comment \"\(mark)\" : 10.60.0.10 . 80 }\n"))
    }

    @Test func whatIsThereAlreadyIsNotTouched() {
        #expect(HostNetwork.batch(for: demand([PortForward(host: 8080, guest: 80)]), over: listing).isEmpty)
    }

    @Test func aChangedForwardReplacesTheOldOne() {
        let forward = PortForward(address: IPv4Address(value: 0), host: 5353, guest: 53, transport: .udp)
        #expect(
            HostNetwork.batch(for: demand([forward]), over: listing) == """
                delete element inet devenv to_tcp { 127.0.0.1 . 8080 }
                add element inet devenv to_udp_any { 5353 comment "\(mark)" : 10.60.0.10 . 53 }

                """)
    }

    @Test func aWallGoesUpAndComesDownWithTheNetworksKind() {
        var walled = bridge
        walled.isInternal = true
        func batch(_ bridge: Bridge, over listing: RuleListing) -> String {
            HostNetwork.batch(
                for: HostNetwork.Demand(mark: "m", bridges: [bridge], forwards: [], address: nil), over: listing)
        }
        var open = listing
        open.forwards = []
        var closed = open
        closed.walled = [bridge.name]
        let name = bridge.name
        #expect(
            batch(walled, over: open)
                == "add element inet devenv walled { \"\(name)\" comment \"devenv:0123456789abcdef:default\" }\n")
        #expect(batch(walled, over: closed).isEmpty)
        #expect(batch(bridge, over: closed) == "delete element inet devenv walled { \"\(name)\" }\n")
        #expect(RuleTable.remove([name], from: closed).hasSuffix("delete element inet devenv walled { \"\(name)\" }\n"))
    }

    @Test func rulesThatAreGoneAreMissedByWhoeverNeedsThem() {
        func drift(_ forwards: [PortForward], _ rules: Int) -> [String] {
            let identity = MachineIdentity(
                project: bridge.project, machine: MachineID(unchecked: "00000000000000bb"),
                projectName: ProjectName(unchecked: "test"), name: MachineName(unchecked: "web"))
            let note = RunNote(identity: identity, boot: "1", cables: [], forwards: forwards, process: nil)
            var listing = listing
            listing.rules = rules
            let place = MachinePlace(identity, in: HostDirectories(data: "/data", runtime: "/run"))
            return Drift(place: place, note: note).texts(rules: listing).filter { !$0.contains("root file system") }
        }
        let forward = PortForward(host: 8080, guest: 80)
        #expect(drift([forward], RuleTable.ruleCount).isEmpty)
        #expect(drift([forward], 3) == ["the host's rules for its networks are not whole"])
        #expect(drift([], 3).isEmpty)
    }

    @Test func theDefaultRouteIsThatOfTheFirstNetworkThatLeadsOut() {
        let address = IPv4Address(value: 0x0A3C_000A)
        func interface(_ name: String, isInternal: Bool) -> NetworkInterface {
            NetworkInterface(
                network: NetworkName(unchecked: name), subnet: bridge.subnet, address: address,
                mac: MACAddress(for: address), isInternal: isInternal)
        }
        func outlets(_ kinds: [Bool]) -> [Bool] {
            let identity = MachineIdentity(
                project: bridge.project, machine: MachineID(unchecked: "00000000000000bb"),
                projectName: ProjectName(unchecked: "test"), name: MachineName(unchecked: "web"))
            let place = MachinePlace(identity, in: HostDirectories(data: "/data", runtime: "/run"))
            return Cable.make(for: kinds.enumerated().map { interface("n\($0)", isInternal: $1) }, of: place)
                .map(\.isWayOut)
        }
        #expect(outlets([false, false]) == [true, false])
        #expect(outlets([true, false, false]) == [false, true, false])
        #expect(outlets([true, true]) == [false, false])
    }

    @Test func theListingOfNftIsRead() throws {
        let json = """
            {"nftables": [{"metainfo": {"version": "1.0.6"}}, {"map": {"family": "inet", "name": "to_tcp", "elem": [[
            {"elem": {"val": {"concat": ["127.0.0.1", 8080]}, "comment": "\(mark)"}},
            {"concat": ["10.60.0.10", 80]}]]}},
            {"map": {"name": "to_udp_any", "elem": [[{"elem": {"val": 53, "comment": "other"}},
            {"concat": ["10.60.0.11", 53]}]]}}, {"map": {"name": "to_udp"}},
            {"set": {"name": "bridges", "elem": [{"elem": {"val": "dv1", "comment": "x"}}]}},
            {"set": {"name": "walled", "elem": ["dv2"]}}, {"set": {"name": "uplinks", "elem": ["eth0"]}},
            {"rule": {"chain": "guard", "expr": []}}]}
            """
        let listing = try #require(RuleListing(json: Array(json.utf8)))
        #expect(listing.forwards(of: mark) == self.listing.forwards)
        #expect(listing.forwards.last?.slot == ForwardSlot(address: nil, port: 53, transport: .udp))
        #expect(listing.bridges == ["dv1"])
        #expect(listing.walled == ["dv2"])
        #expect(listing.uplinks == ["eth0"])
        #expect(listing.rules == 1)
        #expect(RuleListing(json: Array("nonsense".utf8)) == nil)
    }

    @Test(arguments: [("drop", "filter", "'ip filter FORWARD'"), ("accept", "filter", nil), ("drop", "devenv", nil)])
    func chainsThatDropWhatMachinesSendAreFound(policy: String, table: String, expected: String?) {
        let json = """
            {"nftables": [{"metainfo": {}}, {"chain": {"family": "ip", "table": "\(table)", "name": "FORWARD",
            "type": "filter", "hook": "forward", "prio": 0, "policy": "\(policy)"}}]}
            """
        #expect(ChainListing.dropping(in: Array(json.utf8)) == expected)
    }

    @Test func portsCollideOnTheSameAddressOrOnEveryOne() {
        let loopback = ForwardSlot(PortForward(host: 80, guest: 80))
        let everywhere = ForwardSlot(PortForward(address: IPv4Address(value: 0), host: 80, guest: 80))
        let elsewhere = ForwardSlot(PortForward(address: IPv4Address(value: 1), host: 80, guest: 80))
        #expect(loopback.collides(with: loopback) && loopback.collides(with: everywhere))
        #expect(everywhere.collides(with: elsewhere) && !loopback.collides(with: elsewhere))
        #expect(!loopback.collides(with: ForwardSlot(PortForward(host: 80, guest: 80, transport: .udp))))
    }

    private var listing: RuleListing {
        var listing = RuleListing()
        listing.rules = RuleTable.ruleCount
        listing.bridges = [bridge.name]
        let slot = ForwardSlot(address: .loopback, port: 8080, transport: .tcp)
        listing.forwards = [.init(slot: slot, address: IPv4Address(value: 0x0A3C_000A), port: 80, mark: mark)]
        return listing
    }

    private func demand(_ forwards: [PortForward]) -> HostNetwork.Demand {
        HostNetwork.Demand(
            mark: mark, bridges: [bridge], forwards: forwards, address: IPv4Address(value: 0x0A3C_000A))
    }
}
