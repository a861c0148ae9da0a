import DevenvModel
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// What VBoxManage is called with.
struct CallTests {
    private let machine: VMID
    private let other: VMID

    init() throws {
        machine = try #require(VMID("0123456789abcdef00000000000000bb"))
        other = try #require(VMID("{AAAAAAAA-2222-4333-8444-555555555555}"))
    }

    @Test func machinesAreMadeWithTheirUUIDAndNameBelowAFolder() {
        let call = VBoxCall.create(machine, name: "shop-web", operatingSystem: "Debian_64", below: "/d e/machines")
        #expect(
            call.arguments == [
                "createvm", "--name", "shop-web", "--uuid", "01234567-89ab-cdef-0000-0000000000bb", "--ostype",
                "Debian_64",
                "--basefolder", "/d e/machines", "--register",
            ])
    }

    @Test(arguments: [true, false]) func clonesAreLinkedWhereAskedTo(isLinked: Bool) {
        let call = VBoxCall.clone(other, at: "devenv", to: machine, name: "n", below: "/m", isLinked: isLinked)
        #expect(call.arguments.contains("link") == isLinked)
        #expect(
            call.arguments.starts(with: [
                "clonevm", "aaaaaaaa-2222-4333-8444-555555555555", "--snapshot", "devenv",
                "--mode", "machine",
            ]))
        #expect(
            call.arguments.suffix(7) == [
                "--name", "n", "--uuid", machine.description, "--basefolder", "/m", "--register",
            ])
        #expect(isLinked || call.timeout >= .seconds(3600))
    }

    @Test func settingsOfOneMachineAreOneCall() throws {
        let mac = try #require(MACAddress("02:dd:0a:3c:00:0a"))
        let rule = NATRule(PortForward(host: 8080, guest: 80))
        let call = VBoxCall.modify(
            machine,
            [
                .memory(mebibytes: 512), .processors(2), .card(slot: 1, .nat), .cardModel(slot: 1, .virtio),
                .hardwareAddress(slot: 1, mac), .forward(slot: 1, rule), .noForward(slot: 1, name: "old"), .silence,
                .card(slot: 2, .internal("devenv-a")), .card(slot: 3, .none), .bootOrder([.disk]),
                .verbatim(["--cpu-execution-cap", "50"]),
            ], in: VBoxVersion(7, 2, 22))
        #expect(
            call.arguments == [
                "modifyvm", machine.description, "--memory", "512", "--cpus", "2", "--nic1", "nat",
                "--cable-connected1",
                "on", "--nic-type1", "virtio", "--mac-address1", "02DD0A3C000A", "--nat-pf1",
                "devenv-tcp-127.0.0.1-8080,tcp,127.0.0.1,8080,,80", "--nat-pf1", "delete", "old", "--audio-driver",
                "none",
                "--nic2", "intnet", "--intnet2", "devenv-a", "--cable-connected2", "on", "--nic3", "none", "--boot1",
                "disk",
                "--boot2", "none", "--boot3", "none", "--boot4", "none", "--cpu-execution-cap", "50",
            ])
    }

    @Test func version61IsSpokenToInItsOwnWords() {
        let settings: [VMSetting] = [
            .card(slot: 2, .hostOnly(interface: "vboxnet0")), .cardModel(slot: 2, .e1000Desktop), .silence,
            .forward(slot: 1, NATRule(name: "ssh", PortForward(host: 2222, guest: 22))), .universalTime(true),
            .paravirtualisation(.kvm), .noBootMenu, .pae(true), .operatingSystem("Debian_64"), .firmware(.uefi),
        ]
        #expect(
            VBoxCall.modify(machine, settings, in: VBoxVersion(6, 1, 50)).arguments.dropFirst(2) == [
                "--nic2", "hostonly", "--hostonlyadapter2", "vboxnet0", "--cableconnected2", "on", "--nictype2",
                "82540EM",
                "--audio", "none", "--natpf1", "ssh,tcp,127.0.0.1,2222,,22", "--rtcuseutc", "on", "--paravirtprovider",
                "kvm", "--biosbootmenu", "disabled", "--pae", "on", "--ostype", "Debian_64", "--firmware", "efi",
            ])
    }

    @Test(arguments: [
        (VBoxVersion(6, 1, 50), "--biosbootmenu", "--pae"), (VBoxVersion(7, 0, 0), "--bios-boot-menu", "--pae"),
        (VBoxVersion(7, 1, 4), "--firmware-boot-menu", "--x86-pae"),
        (VBoxVersion(8, 0, 0), "--firmware-boot-menu", "--x86-pae"),
    ])
    func namesFollowTheRelease(version: VBoxVersion, bootMenu: String, pae: String) {
        #expect(Vocabulary.firmwareBootMenu.name(in: version) == bootMenu)
        #expect(Vocabulary.pae.name(in: version) == pae)
        #expect(Vocabulary.allCases.allSatisfy { $0.name(in: version).hasPrefix("--") })
    }

    @Test func runningMachinesAreControlledByUUID() {
        let rule = NATRule(name: "ssh", PortForward(address: IPv4Address(value: 0), host: 1, guest: 22))
        #expect(VBoxCall.start(machine).arguments == ["startvm", machine.description, "--type", "headless"])
        #expect(
            VBoxCall.addForward(rule, to: machine).arguments == [
                "controlvm", machine.description, "natpf1", "ssh,tcp,,1,,22",
            ])
        #expect(
            VBoxCall.removeForward(named: "ssh", from: machine).arguments == [
                "controlvm", machine.description, "natpf1", "delete", "ssh",
            ])
        #expect(VBoxCall.discardState(machine).arguments == ["discardstate", machine.description])
    }

    @Test func disksAreAttachedAtASlot() {
        let slot = StorageSlot("SATA", port: 1)
        #expect(
            VBoxCall.attachDisk("/d/a.vdi", at: slot, to: machine).arguments == [
                "storageattach", machine.description, "--storagectl", "SATA", "--port", "1", "--device", "0", "--type",
                "hdd", "--medium", "/d/a.vdi",
            ])
        #expect(VBoxCall.detach(slot, from: machine).arguments.suffix(2) == ["--medium", "none"])
        #expect(
            VBoxCall.addController(.usual(.sata, ports: 4), to: machine).arguments.dropFirst(2) == [
                "--name", "SATA", "--add", "sata", "--controller", "IntelAhci", "--portcount", "4", "--bootable", "on",
            ])
    }

    /// One client in a hundred hangs for ten seconds on its way out.
    @Test func noCallIsGivenLessThanHalfAMinute() {
        #expect(VBoxCall(["x"], timeout: .seconds(1)).timeout == .seconds(30))
        #expect(VBoxCall.machines.timeout >= .seconds(30))
    }

    @Test(arguments: ["", "0123", "0123456789abcdef00000000000000bg", "00000000-0000-0000-0000-000000000000", "{}"])
    func whatIsNoUUIDIsNotTakenForOne(text: String) {
        #expect(VMID(text) == nil)
    }

    @Test(arguments: [
        ("7.2.22_Debianr175245\n", VBoxVersion(7, 2, 22)), ("6.1.50r161033", VBoxVersion(6, 1, 50)),
        ("WARNING: The character device /dev/vboxdrv does not exist.\n7.0.20_Ubuntur163906\n", VBoxVersion(7, 0, 20)),
    ])
    func releasesAreRead(text: String, version: VBoxVersion) {
        #expect(VBoxVersion(text) == version)
    }

    @Test func releasesAreOrderedByTheirNumbers() {
        #expect(VBoxVersion("seven") == nil)
        #expect(VBoxVersion("7.2") == nil)
        #expect(VBoxVersion(6, 1, 50) < VBoxVersion(7, 0))
        #expect(VBoxVersion(7, 2, 9) < VBoxVersion(7, 2, 22))
        #expect(VBoxVersion(6, 0, 24) < .oldest)
    }
}
