import DevenvHost
import DevenvModel
import Testing

/// The routes of this host.
struct HostRouteTests {
    @Test func routesAreReadWithTheirInterfacesAndWithoutTheDefaultRoute() {
        let text = """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                      
            eth0\t00000000\t050200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0                                               
            eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0                                               
            br0\t00003C0A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0                                                
            """
        #expect(
            HostRoute.all(in: text).map { "\($0.interface) \($0.subnet)" } == ["eth0 192.0.2.0/24", "br0 10.60.0.0/16"])
    }

    @Test func aWayToALargerSubnetLeadsNotIntoItsPart() {
        let subnet = IPv4Subnet("10.60.0.0/24")
        let ways = ["10.60.0.0/16", "10.60.0.0/24", "10.60.0.128/25", "10.60.1.0/24"]
            .compactMap { IPv4Subnet($0) }.map { HostRoute(interface: "br0", subnet: $0) }
        #expect(ways.filter { way in subnet.map { way.leads(into: $0) } == true } == Array(ways[1...2]))
    }

    @Test func whatIsNoListOfRoutesHasNone() {
        #expect(HostRoute.all(in: "") == [])
        #expect(HostRoute.all(in: "Iface\nnonsense\n") == [])
    }

    @Test func aSubnetOfIPv6IsFoundBehindAnotherInterface() throws {
        let zeros = String(repeating: "0", count: 32)
        func line(_ destination: String, _ length: String, _ interface: String) -> String {
            "\(destination) \(length) \(zeros) 00 \(zeros) 00000100 00000001 00000000 00000001 \(interface)\n"
        }
        let subnet = try #require(IPv6Subnet("fd5e:1::/64"))
        let text =
            line("fd5e0001000000000000000000000000", "40", "dv0") + line(zeros, "00", "eth0")
            + line("fd5e0001000000000a3c00010000000f", "80", "lo")
        #expect(HostRoute6.obstacle(to: subnet, by: "dv0", in: text) == nil)
        #expect(HostRoute6.obstacle(to: subnet, by: "dv1", in: text) == "dv0")
        let other = try #require(IPv6Subnet("fd5e:2::/64"))
        #expect(HostRoute6.obstacle(to: other, by: "dv1", in: text) == nil)
    }

    @Test func theInterfacesOfDefaultRoutesAreFoundWhateverElseIsThere() {
        let none = String(repeating: "0", count: 32)
        func line(_ length: String, _ flags: String, _ name: String) -> String {
            "\(none) \(length) \(none) 00 fe800000000000000000000000000001 00000400 00000001 00000000 \(flags) \(name)\n"
        }
        let text =
            line("00", "00450003", "wlan0") + line("00", "00000003", "eth0") + line("00", "00200200", "lo")
            + line("00", "00000203", "eth1") + line("40", "00000001", "eth2") + line("00", "00000003", "eth0")
        #expect(HostRoute6.uplinks(in: text) == ["eth0", "wlan0"])
        #expect(HostRoute6.uplinks(in: "") == [])
    }
}
