import DevenvHost
import DevenvModel
import DevenvPluginAPI
import LibvirtProvider
import Testing

/// What networks are to become, as values.
@Suite struct NetworkServingTests {
    private let network = ProjectNetwork(.standard, of: Sample.identity)
    private let subnet = IPv4Subnet(IPv4Address(value: 0x0A3C_0000), prefixLength: 24)

    private func lease(_ name: String, _ number: UInt32, mac: String? = nil) -> FixedLease {
        let address = IPv4Address(value: 0x0A3C_0000 + number)
        return FixedLease(
            name: MachineName(unchecked: name), mac: mac.flatMap(MACAddress.init(_:)) ?? MACAddress(for: address),
            address: address)
    }

    private func host(_ name: String, _ number: UInt32) -> HostEntry {
        HostEntry(address: IPv4Address(value: 0x0A3C_0000 + number), names: [name])
    }

    private func demand(_ name: String, _ number: UInt32, mac: String? = nil, hosts: [HostEntry]) -> NetworkDemand {
        let own = lease(name, number, mac: mac)
        let interface = NetworkInterface(network: .standard, subnet: subnet, address: own.address, mac: own.mac)
        return NetworkDemand(
            network: network, machine: own.name, interface: interface, hosts: [host(name, number)] + hosts)
    }

    @Test func theFirstMachineHasAllOthersServedToo() {
        let made = NetworkDescription.serving(demand("web", 10, hosts: [host("db", 11)]), over: nil)
        #expect(made.leases == [lease("web", 10), lease("db", 11)])
        #expect(made.names == [host("web", 10), host("db", 11)])
        #expect(NetworkDescription.serving(demand("db", 11, hosts: [host("web", 10)]), over: made) == made)
    }

    @Test func aMACThatAMachineWasGivenIsNotTakenFromItByOthers() {
        let mac = "52:54:00:00:00:01"
        let first = NetworkDescription.serving(demand("web", 10, mac: mac, hosts: [host("db", 11)]), over: nil)
        #expect(NetworkDescription.serving(demand("db", 11, hosts: [host("web", 10)]), over: first) == first)
    }

    @Test func whatCollidesWithTheMachineGivesWay() {
        let old = NetworkDescription(
            network, subnet: subnet, leases: [lease("web", 9), lease("old", 10), lease("db", 11)],
            names: [host("web", 9), host("old", 10), host("db", 11)])
        let made = NetworkDescription.serving(demand("web", 10, hosts: []), over: old)
        #expect(made.leases == [lease("web", 10), lease("db", 11)])
        #expect(made.names == [host("web", 10), host("db", 11)])
    }

    @Test func anotherSubnetBeginsAnew() {
        let other = IPv4Subnet(IPv4Address(value: 0x0A3D_0000), prefixLength: 24)
        let old = NetworkDescription(network, subnet: other, leases: [lease("web", 9)], names: [host("web", 9)])
        let made = NetworkDescription.serving(demand("web", 10, hosts: []), over: old)
        #expect(made == NetworkDescription.serving(demand("web", 10, hosts: []), over: nil))
    }

    @Test func aHostnameOfItsOwnComesBesideTheMachinesName() {
        let entry = HostEntry(address: lease("db", 11).address, names: ["database.example", "db"])
        let made = NetworkDescription.serving(demand("web", 10, hosts: [entry]), over: nil)
        #expect(made.leases == [lease("web", 10), lease("db", 11)])
        #expect(made.names.last == entry)
    }

    @Test func whatLibvirtWritesIsReadAsItWasMeant() {
        let made = NetworkDescription.serving(demand("web", 10, hosts: [host("db", 11)]), over: nil)
        #expect(NetworkDescription(network, xml: made.xml) == made)
        let wall = NetworkDescription(network, subnet: subnet, isInternal: true)
        #expect(NetworkDescription(network, xml: wall.xml) == wall)
        #expect(NetworkDescription(network, xml: XMLElement("network")) == nil)
    }

    @Test func changesComeInAnOrderThatLibvirtTakes() {
        let old = NetworkDescription(
            network, subnet: subnet, leases: [lease("web", 9), lease("old", 10), lease("api", 12)],
            names: [host("web", 9), host("api", 12)])
        let new = NetworkDescription(
            network, subnet: subnet, leases: [lease("web", 10), lease("api", 13), lease("db", 11)],
            names: [host("web", 10), host("api", 12)])
        let texts = old.changes(to: new).map { change in
            let element = change.element
            return "\(change.update) \(change.section) \(element[attribute: "name"] ?? element[attribute: "ip"] ?? "")"
        }
        #expect(
            texts == [
                "delete dhcpHost web", "delete dhcpHost old", "modify dhcpHost api", "add dhcpHost web",
                "add dhcpHost db", "delete dnsHost 10.60.0.9", "add dnsHost 10.60.0.10",
            ])
        #expect(old.changes(to: old) == [])
    }

    @Test func aMachineThatGoesTakesItsNamesWithIt() {
        let made = NetworkDescription.serving(demand("web", 10, hosts: [host("db", 11)]), over: nil)
        let left = made.without(MachineName(unchecked: "db"))
        #expect(left.leases == [lease("web", 10)])
        #expect(left.names == [host("web", 10)])
    }

    @Test func theBridgesNameSaysWhoseItIs() {
        #expect(network.bridge.hasPrefix("lv" + Sample.identity.project.short))
        #expect(network.bridge.utf8.count == 15)
        #expect(network.bridge != ProjectNetwork(NetworkName(unchecked: "back"), of: Sample.identity).bridge)
    }
}

/// Rules, neighbours and messages as text.
@Suite struct NetworkBackendTextTests {
    @Test func onlyLibvirtsRulesOfTheNetworkAreRemoved() {
        let listing = """
            # Generated by iptables-save
            *filter
            :INPUT ACCEPT [0:0]
            -A INPUT -j LIBVIRT_INP
            -A INPUT -i lv0123456789abc -j ACCEPT
            -A LIBVIRT_INP -i lv0123456789abc -p udp -m udp --dport 53 -j ACCEPT
            -A LIBVIRT_INP -i virbr0 -p udp -m udp --dport 53 -j ACCEPT
            COMMIT
            *nat
            -A LIBVIRT_PRT -s 10.60.0.0/24 ! -d 10.60.0.0/24 -j MASQUERADE
            -A LIBVIRT_PRT -s 10.60.0.0/16 -j RETURN
            COMMIT
            """
        let subnet = IPv4Subnet(IPv4Address(value: 0x0A3C_0000), prefixLength: 24)
        #expect(
            FirewallRules.batch(removing: "lv0123456789abc", subnet: subnet, from: listing) == """
                *filter
                -D LIBVIRT_INP -i lv0123456789abc -p udp -m udp --dport 53 -j ACCEPT
                COMMIT
                *nat
                -D LIBVIRT_PRT -s 10.60.0.0/24 ! -d 10.60.0.0/24 -j MASQUERADE
                COMMIT

                """)
        #expect(FirewallRules.batch(removing: "lvother", subnet: nil, from: listing) == "")
        #expect(FirewallRules.removal("iptables", "x").arguments == ["--noflush", "--wait"])
    }

    @Test func neighboursThatHaveAnsweredAreRead() {
        let text = """
            IP address       HW type     Flags       HW address            Mask     Device
            10.60.0.10       0x1         0x2         02:dd:0a:3c:00:0a     *        br0
            10.60.0.11       0x1         0x0         02:dd:0a:3c:00:0b     *        br0
            10.60.0.12       0x1         0x6         02:dd:0a:3c:00:0c     *        br0
            """
        #expect(AddressLookup.neighbours(in: text).map(\.address.description) == ["10.60.0.10", "10.60.0.12"])
    }

    @Test func aReleaseNamesTheClientByItsMACAlone() throws {
        let mac = try #require(MACAddress("02:dd:0a:3c:00:0a"))
        let message = DHCPRelease.message(
            IPv4Address(value: 0x0A3C_000A), mac: mac, server: IPv4Address(value: 0x0A3C_0001))
        #expect(message.count == 250)
        #expect(Array(message[12..<16]) == [10, 60, 0, 10])
        #expect(Array(message[28..<34]) == [0x02, 0xDD, 0x0A, 0x3C, 0, 0x0A])
        #expect(Array(message[236...]) == [99, 130, 83, 99, 53, 1, 7, 54, 4, 10, 60, 0, 1, 255])
    }

    @Test func forwardsOfQEMUAreRead() {
        let text = """
            Hub -1 (hostua-user):\r
              Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r
              TCP[HOST_FORWARD]  13               * 20024       10.0.2.15    24     0     0\r
              UDP[HOST_FORWARD]  12       127.0.0.1 20022       10.0.2.15    23     0     0\r
              TCP[ESTABLISHED]   14       127.0.0.1 20022       10.0.2.15    22     0     0\r
            """
        let forwards = UserNetworkListing.routes(in: text).map(\.forward.description).sorted()
        #expect(forwards == ["0.0.0.0:20024 -> 24/tcp", "127.0.0.1:20022 -> 23/udp"])
    }
}
