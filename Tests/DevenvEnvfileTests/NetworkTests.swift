import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import SystemPackage
import Testing

@Suite struct NetworkTests {
    static let mistakes = [
        Mistake("networks: {back: {subnet: 1️⃣10.60.0.1/24}}\nmachines: {a: }", subnet("10.60.0.1/24")),
        Mistake("networks: {back: {subnet: 1️⃣10.60.0.0}}\nmachines: {a: }", subnet("10.60.0.0")),
        Mistake(
            "networks: {back: {subnet: 1️⃣127.0.0.0/8}}\nmachines: {a: }", "1️⃣ '127.0.0.0/8' is no subnet for machines"),
        Mistake(
            "networks: {back: {subnet: 1️⃣10.0.0.0/31}}\nmachines: {a: }", "1️⃣ '10.0.0.0/31' is no subnet for machines"),
        Mistake("networks: {back: {1️⃣subent: 10.0.0.0/24}}\nmachines: {a: }", "1️⃣ a network has no key 'subent'"),
        Mistake(
            "networks: {a: {subnet: 1️⃣10.0.0.0/16}, b: {subnet: 2️⃣10.0.9.0/24}}\nmachines: {a: }",
            "2️⃣ the networks 'a' and 'b' overlap [1️⃣ 'a' has 10.0.0.0/16]"),
        Mistake(
            "networks: {back: {subnet6: 1️⃣fd00::1/64}}\nmachines: {a: }",
            "1️⃣ 'subnet6' must be 'auto', or an IPv6 subnet such as fd5e:1::/64, not 'fd00::1/64'"),
        Mistake(
            "networks: {back: {subnet6: 1️⃣'fe80::/64'}}\nmachines: {a: }", "1️⃣ 'fe80::/64' is no subnet for machines"),
        Mistake(
            "networks: {a: {subnet6: 1️⃣'fd00::/64'}, b: {subnet6: 2️⃣'fd00::/64'}}\nmachines: {m: {networks: [a, b]}}",
            "2️⃣ the networks 'a' and 'b' have the same IPv6 subnet fd00::/64 [1️⃣ 'a' has it here]"),
        Mistake(
            "machines: {a: {networks: [{name: 1️⃣bakend}]}}\nnetworks: {backend: }", "1️⃣ there is no network 'bakend'"),
        Mistake(
            "machines: {a: {networks: [back, 1️⃣back]}}\nnetworks: {back: }",
            "1️⃣ the machine is on the network 'back' already"),
        machine("999.1.1.1", "1️⃣ 'ip' must be an IPv4 address such as 10.60.0.10, not '999.1.1.1'"),
        machine("10.61.0.5", "1️⃣ the address 10.61.0.5 is outside the network 'back', which is 10.60.0.0/24"),
        machine("10.60.0.1", "1️⃣ 10.60.0.1 is the host's own address in the network 'back'"),
        machine("10.60.0.255", "1️⃣ 10.60.0.255 is no address for a machine in the network 'back'"),
        Mistake(
            "networks: {back: {subnet: 10.60.0.0/24}}\nmachines:\n  a: {networks: [{name: back, ip: 1️⃣10.60.0.9}]}\n"
                + "  b: {networks: [{name: back, ip: 2️⃣10.60.0.9}]}\n",
            "2️⃣ 'a' and 'b' have the same address 10.60.0.9 in the network 'back' [1️⃣ 'a' has it here]"),
        Mistake(
            "networks: {back: {subnet: 10.60.0.0/30}}\nmachines:\n  a: {count: 2, networks: [{name: 1️⃣back}]}\n",
            "1️⃣ the network 'back' (10.60.0.0/30) has addresses for 1 machines, but 2 are on it"),
        Mistake(
            "networks: {back: {subnet: 10.60.0.0/24}}\nmachines:\n"
                + "  a: {networks: [{name: 1️⃣back, mac: '02:dd:0a:3c:00:0a'}]}\n"
                + "  b: {networks: [{name: back, ip: 10.60.0.10}]}\n",
            "1️⃣ 'a' and 'b' have the same MAC 02:dd:0a:3c:00:0a in the network 'back'"),
        Mistake(
            "machines: {a: {networks: [{name: default, mac: 1️⃣'01:00:00:00:00:01'}]}}",
            "1️⃣ 'mac' must be a MAC address such as 02:dd:0a:3c:00:0a, not '01:00:00:00:00:01'"),
    ]

    @Test(arguments: mistakes)
    func everyMistakeIsNamedAtItsPlace(_ mistake: Mistake) {
        let loaded = load("version: 1\n" + mistake.lines)
        #expect(loaded.problems == mistake.problems)
    }

    @Test func addressesAreGivenOutInOrderAroundFixedOnes() throws {
        let loaded = load(
            """
            version: 1
            networks: {back: {subnet: 10.60.0.0/24}}
            defaults: {networks: [back]}
            machines:
              a:
              b: {networks: [{name: back, ip: 10.60.0.3, mac: "02:00:00:00:00:07"}]}
              c: {count: 2}
            """)
        #expect(loaded.problems == [])
        let interfaces = try ["a", "b", "c-1", "c-2"].map { try #require(loaded.machine($0).interfaces.first) }
        #expect(interfaces.map(\.address.description) == ["10.60.0.2", "10.60.0.3", "10.60.0.4", "10.60.0.5"])
        #expect(interfaces[1].mac.description == "02:00:00:00:00:07")
        #expect(interfaces[2].mac == MACAddress(for: interfaces[2].address))
        #expect(loaded.result.addresses.subnets["back"]?.description == "10.60.0.0/24")
        #expect(loaded.result.addresses.addresses["c-2"]?["back"] == interfaces[3].address)
    }

    @Test func anIPv6AddressIsMadeOfTheOther() throws {
        let loaded = load(
            """
            version: 1
            networks: {back: {subnet: 10.60.0.0/24, subnet6: auto}, front: {subnet: 10.61.0.0/24, subnet6: 'fd5e:1::/64'}}
            machines: {a: {networks: [back, {name: front, ip: 10.61.0.9}, default]}}
            """)
        #expect(loaded.problems == [])
        let addresses = try loaded.machine("a").interfaces.map { $0.address6?.description }
        #expect(addresses == ["fdde:7e6e:a3c::a3c:2", "fd5e:1::a3d:9", nil])
    }

    @Test func aFixedAddressNeedsASubnet() {
        let loaded = load("version: 1\nmachines: {a: {networks: [{name: default, ip: 1️⃣192.168.7.7}]}}")
        #expect(loaded.problems.map { $0.hasPrefix("1️⃣ the address 192.168.7.7 is outside the network") } == [true])
        #expect(loaded.help == ["give the network a 'subnet' that the address lies in"])
    }

    @Test func whatIsRecordedStays() throws {
        let text = "version: 1\nmachines: {a: , b: , c: }"
        let first = load(text)
        let again = load("version: 1\nmachines: {z: , c: , b: , a: }", addresses: first.result.addresses)
        for name in ["a", "b", "c"] {
            #expect(try again.machine(name).interfaces == first.machine(name).interfaces)
        }
        let subnet = try #require(first.result.addresses.subnets["default"])
        #expect(subnet.prefixLength == 24)
        #expect(subnet.address.value >> 24 == 10)
    }

    @Test func aRemovedMachineKeepsItsAddressAsLongAsThereAreOthers() throws {
        let first = load("version: 1\nmachines: {a: , b: }")
        let second = load("version: 1\nmachines: {b: , c: }", addresses: first.result.addresses)
        #expect(try second.machine("c").interfaces[0].address != first.machine("a").interfaces[0].address)
        let small = "version: 1\nnetworks: {default: {subnet: 10.9.0.0/30}}\nmachines: "
        let old = load(small + "{a: }").result.addresses
        #expect(load(small + "{b: }", addresses: old).problems == [])
    }

    @Test func aSubnetThatIsWrittenWinsOverTheRecord() throws {
        let first = load("version: 1\nmachines: {a: }")
        let second = load(
            "version: 1\nnetworks: {default: {subnet: 192.168.77.0/24}}\nmachines: {a: }",
            addresses: first.result.addresses)
        #expect(try second.machine("a").interfaces[0].address.description == "192.168.77.2")
        #expect(second.result.addresses.subnets["default"]?.description == "192.168.77.0/24")
    }

    @Test func whatIsReservedIsAvoided() throws {
        let free = try #require(load("version: 1\nmachines: {a: }").result.addresses.subnets["default"])
        let reserved = IPv4Subnet(free.address, prefixLength: 16)
        let other = load("version: 1\nmachines: {a: }", addresses: AddressBook(reserved: [reserved]))
        let chosen = try #require(other.result.addresses.subnets["default"])
        #expect(!chosen.overlaps(reserved))
        let all = IPv4Subnet(IPv4Address(value: 10 << 24), prefixLength: 8)
        let none = load("version: 1\nmachines: {a: }", addresses: AddressBook(reserved: [all]))
        #expect(none.problems == ["- there is no free subnet left in 10.0.0.0/8 for the network 'default'"])
    }

    @Test func theProjectsOwnRecordIsNotAvoidedEvenWhereTheHostRoutesToIt() throws {
        var book = load("version: 1\nmachines: {a: }").result.addresses
        book.reserved = Array(book.subnets.values)
        let again = load("version: 1\nmachines: {a: }", addresses: book)
        #expect(again.result.addresses.subnets == book.subnets)
    }

    @Test func whatOtherProjectsHaveOfASharedNetworkHolds() throws {
        let text = "version: 1\nnetworks: {lab: {shared: true}}\ndefaults: {networks: [lab]}\nmachines: {a: , b: }"
        let first = load(text)
        let part = try #require(first.result.addresses.sharedNetworks.first)
        #expect(part.addresses == ["a": part.subnet.machine(2), "b": part.subnet.machine(3)])
        let foreign = [ForeignNetwork(project: ProjectName(unchecked: "one"), network: part)]
        var book = AddressBook(reserved: [part.subnet], foreign: foreign)
        let second = load(text, addresses: book)
        #expect(second.problems == [])
        let other = try #require(second.result.addresses.sharedNetworks.first)
        #expect(other.subnet == part.subnet)
        #expect(other.addresses == ["a": part.subnet.machine(4), "b": part.subnet.machine(5)])
        // a network of that name that is not shared is another one
        let apart = load(text.replacing("shared: true", with: "shared: false"), addresses: book)
        #expect(apart.result.addresses.sharedNetworks == [])
        #expect(apart.result.addresses.subnets["lab"]?.overlaps(part.subnet) == false)
        // an address that both have, as one of them was moved from elsewhere, is given up
        book.addresses = ["a": ["lab": part.subnet.machine(2)]]
        book.subnets = ["lab": part.subnet]
        #expect(try load(text, addresses: book).machine("a").interfaces.first?.address == part.subnet.machine(4))
    }

    @Test func twoProjectsStartAtDifferentPlaces() {
        let text = "version: 1\nmachines: {a: }"
        let subnets = ["/srv/a", "/srv/b", "/srv/c"].map {
            load(text, directory: .init($0)).result.addresses.subnets["default"]
        }
        #expect(Set(subnets).count == 3)
    }

    @Test func manyMachinesGetALargerSubnet() throws {
        let loaded = load("version: 1\nmachines: {a: {count: 2000}}")
        #expect(loaded.result.addresses.subnets["default"]?.prefixLength == 21)
        #expect(Set(loaded.result.envfile?.machines.compactMap(\.interfaces.first?.address) ?? []).count == 2_000)
    }

    private static func subnet(_ found: String) -> String {
        "1️⃣ 'subnet' must be a subnet such as 10.60.0.0/24, its first address and the length of its prefix, "
            + "not '\(found)'"
    }

    private static func machine(_ address: String, _ problem: String) -> Mistake {
        Mistake(
            "networks: {back: {subnet: 10.60.0.0/24}}\nmachines: {a: {networks: [{name: back, ip: 1️⃣\(address)}]}}",
            problem)
    }
}

extension IPv4Subnet {
    /// The address of this number.
    fileprivate func machine(_ number: UInt32) -> IPv4Address { IPv4Address(value: address.value + number) }
}
