import DevenvModel
import Testing

@Suite struct AddressTests {
    @Test(arguments: ["0.0.0.0", "10.60.0.10", "255.255.255.255", "127.0.0.1"])
    func addressesAreReadAndWritten(text: String) {
        #expect(IPv4Address(text)?.description == text)
    }

    @Test(arguments: [
        "", "999.1.1.1", "1.2.3", "1.2.3.4.5", "1.2.3.04", "1.2.3.", "a.b.c.d", "1.2.3.-4", "1.2.3.+4", " 1.2.3.4",
    ])
    func otherTextsAreNoAddresses(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test func addressesAreOrderedByNumber() throws {
        let texts = ["10.0.0.10", "10.0.0.9", "9.0.0.255"]
        #expect(
            texts.compactMap { IPv4Address($0) }.sorted().map(\.description) == ["9.0.0.255", "10.0.0.9", "10.0.0.10"])
    }

    @Test(arguments: ["10.60.0.0/24", "0.0.0.0/0", "10.0.0.4/30", "1.2.3.4/32"])
    func subnetsAreReadAndWritten(text: String) {
        #expect(IPv4Subnet(text)?.description == text)
    }

    @Test(arguments: [
        "10.60.0.1/24", "10.60.0.0", "10.60.0.0/33", "10.60.0.0/024", "10.60.0.0/-1", "10.60.0.0/24/1", "/24",
    ])
    func otherTextsAreNoSubnets(text: String) {
        #expect(IPv4Subnet(text) == nil)
    }

    @Test func aSubnetKnowsItsAddresses() throws {
        let subnet = try #require(IPv4Subnet("10.60.0.0/29"))
        #expect(subnet.gateway.description == "10.60.0.1")
        #expect(subnet.broadcast.description == "10.60.0.7")
        #expect(subnet.machineAddresses?.count == 5)
        #expect(IPv4Subnet("10.60.0.0/30")?.machineAddresses?.count == 1)
        #expect(IPv4Subnet("10.60.0.0/31")?.machineAddresses == nil)
        #expect(IPv4Subnet("0.0.0.0/0")?.contains(.loopback) == true)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.200.0.0/16", true), ("10.1.0.0/24", "10.1.1.0/24", false),
        ("10.1.0.0/24", "10.1.0.0/24", true),
    ])
    func subnetsOverlapBothWays(one: String, two: String, expected: Bool) throws {
        let (first, second) = try (#require(IPv4Subnet(one)), #require(IPv4Subnet(two)))
        #expect(first.overlaps(second) == expected)
        #expect(second.overlaps(first) == expected)
    }

    @Test func aMACBelongsToItsAddress() throws {
        let address = try #require(IPv4Address("10.60.0.10"))
        #expect(MACAddress(for: address).description == "02:dd:0a:3c:00:0a")
        #expect(MACAddress("02:DD:0A:3C:00:0A") == MACAddress(for: address))
    }

    @Test(arguments: [
        "", "02:dd:0a:3c:00", "02:dd:0a:3c:00:0a:01", "01:00:00:00:00:00", "02-dd-0a-3c-00-0a", "02:dd:0a:3c:00:+a",
        "2:dd:0a:3c:00:0a", "02:dd:0a:3c:00:0g", "02:dd:0a:3c:00:-0", "02:dd:0a:3c:00:０a",
    ])
    func otherTextsAreNoMACs(text: String) {
        #expect(MACAddress(text) == nil)
    }
}
