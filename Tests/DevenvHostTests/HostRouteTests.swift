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
}
