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

    /// The examples of RFC 5952, sections 4.2.2 and 4.2.3, among them.
    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("0:0:0:0:0:0:0:1", "::1"), ("2001:DB8::1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("fd00::", "fd00::"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ])
    func addressesOfIPv6AreReadAndWrittenInOneForm(text: String, form: String) {
        #expect(IPv6Address(text)?.description == form)
        #expect(IPv6Address(form) == IPv6Address(text))
    }

    @Test(arguments: [
        "", ":", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "g::", "::1%lo",
        "::1.2.3.4", "+1::", ":1::",
    ])
    func otherTextsAreNoAddressesOfIPv6(text: String) {
        #expect(IPv6Address(text) == nil)
    }

    @Test func aSubnetOfIPv6IsWholeAndForMachines() throws {
        #expect(IPv6Subnet("fd5e:1::/64")?.description == "fd5e:1::/64")
        for text in ["fd5e::1/64", "fd5e::/48", "fd5e::", "10.0.0.0/64"] { #expect(IPv6Subnet(text) == nil) }
        let usable = ["fd00::/64", "fc00::/64", "2001:db8::/64"]
        #expect(usable.compactMap { IPv6Subnet($0)?.isUsable } == [true, true, true])
        let other = ["fe80::/64", "ff00::/64", "::/64", "fe00::/64", "4000::/64"]
        #expect(other.compactMap { IPv6Subnet($0)?.isUsable } == [false, false, false, false, false])
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
