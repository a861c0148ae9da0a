import DevenvHost
import DevenvModel
import Testing

@testable import VirtualBoxProvider

/// The cards of a machine, and what is read of them.
struct CardPlanTests {
    private let interface = NetworkInterface(
        network: NetworkName(unchecked: "back"), subnet: IPv4Subnet(IPv4Address(value: 0x0A3C_0000), prefixLength: 24),
        address: IPv4Address(value: 0x0A3C_000A), mac: MACAddress(for: IPv4Address(value: 0x0A3C_000A)))

    @Test func cardsFollowTheEnvfilesOrderAndSurplusOnesGo() {
        let plan = CardPlan(
            interfaces: [interface], links: [.hostOnly(interface: "vboxnet0")],
            bridges: [CardPlan.Bridge(interface: "eth0", address: nil)], model: .virtio)
        let settings = plan.settings(from: [1: "nat", 2: "intnet", 3: "none", 4: "intnet", 5: "none"])
        #expect(
            settings == [
                .card(slot: 2, .hostOnly(interface: "vboxnet0")), .cardModel(slot: 2, .virtio),
                .hardwareAddress(slot: 2, interface.mac), .card(slot: 3, .bridged(interface: "eth0")),
                .cardModel(slot: 3, .virtio), .card(slot: 4, .none),
            ])
        #expect(
            settings.flatMap { $0.arguments(in: VBoxVersion(7, 2)) }.prefix(10) == [
                "--nic2", "hostonly", "--host-only-adapter2", "vboxnet0", "--cable-connected2", "on", "--nic-type2",
                "virtio", "--mac-address2", "02DD0A3C000A",
            ])
    }

    @Test func slotsAreReadOfAMachine() throws {
        let text = """
            name="a"
            UUID="0123456789abcdef0000000000000001"
            VMState="poweroff"
            nic1="nat"
            nictype1="82540EM"
            nicspeed1="0"
            nic2="Generic"
            nic3="none"
            """
        #expect(try #require(MachineReport(text)).cards == [1: "nat", 2: "generic", 3: "none"])
    }

    @Test func whoIsPluggedIntoAnAdapterIsReadOfAllMachines() {
        let text = """
            Name:                        a
            NIC 1:                       MAC: 080027854419, Attachment: NAT, Cable connected: on, Trace: off
            NIC 2:                       MAC: 02DD0A3C000A, Attachment: Host-only Interface 'vboxnet0', Cable connected: on
            NIC 3:                       MAC: 02DD0A3C000B, Attachment: Internal Network 'foo', Cable connected: on
            NIC 4:                       disabled
            Description: NIC 5: Attachment: Host-only Interface 'vboxnet9'
            """
        #expect(AdapterUsers.names(in: text) == ["vboxnet0"])
    }

    @Test func adaptersAreOursByTheirAddressOrAsLongAsTheyHaveNone() throws {
        let subnet = try #require(IPv4Subnet("192.168.57.0/24"))
        func found(_ address: String, isUp: Bool = true, name: String = "vboxnet1") -> HostOnlyInterface {
            HostOnlyInterface(
                name: name, address: IPv4Address(address), mask: IPv4Address("255.255.255.0"), isUp: isUp)
        }
        let own = NetworkNote.Adapter(name: "vboxnet1", isOwn: true, boot: HostBoot.id, subnets: [subnet])
        #expect(own.isMade(found("192.168.57.1")))
        #expect(own.isMade(found("192.168.56.1", isUp: false)))
        #expect(!own.isMade(found("192.168.56.1")))
        #expect(!own.isMade(found("192.168.57.1", name: "vboxnet2")))
        let older = NetworkNote.Adapter(name: "vboxnet1", isOwn: true, boot: "another", subnets: [subnet])
        #expect(!older.isMade(found("192.168.56.1", isUp: false)), "names are given out anew after a reboot")
        let theirs = NetworkNote.Adapter(name: "vboxnet1", isOwn: false, boot: HostBoot.id, subnets: [subnet])
        #expect(!theirs.isMade(found("192.168.57.1")))
    }

    @Test func theNameOfANewAdapterIsReadOfWhatIsPrinted() {
        #expect(HostOnlyInterface.created("Interface 'vboxnet3' was successfully created\n") == "vboxnet3")
        #expect(HostOnlyInterface.created("done") == nil)
    }
}
