import DevenvModel
import DevenvPluginAPI
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// What is read from what VBoxManage has printed.
struct ReadingTests {
    @Test func aMachineIsReadWithItsForwards() throws {
        let report = try #require(MachineReport(Recorded.machine))
        #expect(report.id.description == "690705fb-22f9-4422-8557-d6078ba55c9d")
        #expect(report.state == .poweredOff)
        #expect(report.folder == "/vms/devenv/web/web")
        #expect(report.logFolder == "/vms/devenv/web/web/Logs")
        #expect(report.stateChange == "2026-11-22T09:07:57.426000000")
        #expect(
            report.forwards == [
                NATRule(name: "bad", PortForward(address: IPv4Address(value: 0), host: 34463, guest: 2)),
                NATRule(name: "ssh", PortForward(host: 2222, guest: 22)),
            ])
        #expect(report["memory"] == "512")
        #expect(report["GuestMemoryBalloon"] == "0")
        #expect(report["nosuch"] == nil)
        #expect(report.attachments.isEmpty)
    }

    @Test func disksAreReadWithWhereTheyAreAttached() throws {
        let report = try #require(MachineReport(Recorded.machineWithDisks))
        let disk = try #require(report.attachments.first)
        #expect(report.attachments.count == 1)
        #expect(disk.slot == StorageSlot("SATA", port: 0))
        #expect(disk.medium == "/vms/box/Snapshots/{9c478844-2822-4280-a214-7e2f50d66cc3}.vdi")
        #expect(disk.id?.description == "9c478844-2822-4280-a214-7e2f50d66cc3")
    }

    /// As 7.2.22 says it: of a kernel that brings them, of a system that has none or has not come so far yet, of one that is off.
    @Test(arguments: [
        (
            """
            GuestAdditionsRunLevel=1
            GuestAdditionsVersion="6.0.0 r127566"
            GuestAdditionsFacility_VirtualBox Base Driver=50,1795414723744
            """, GuestTools("Guest Additions", isPresent: true, version: "6.0.0 r127566")
        ),
        ("GuestAdditionsRunLevel=2", GuestTools("Guest Additions", isPresent: true)),
        (
            "GuestAdditionsRunLevel=0\nGuestAdditionsFacility_Seamless Mode=0,1795338664714",
            GuestTools("Guest Additions", isPresent: false)
        ),
        ("", nil),
    ])
    func guestAdditionsAreReadWhereTheyAreKnownOf(lines: String, tools: GuestTools?) throws {
        let report = try #require(MachineReport(Recorded.machine + "\n" + lines + "\n"))
        #expect(report.guestTools == tools)
    }

    @Test func valuesMaySpanLinesAndHoldWhatTheyAreQuotedWith() {
        let entries = MachineReadable(Recorded.machine)
        #expect(entries["description"] == "line1\nline2 \"quoted\" é")
        #expect(entries.entries.last?.key == "GuestMemoryBalloon")
        #expect(!entries.entries.contains { $0.key.contains("rec_screen0") })
    }

    @Test(arguments: [
        (#"a="1""#, [["a", "1"]]), ("a=1\n\nb=\n", [["a", "1"], ["b", ""]]),
        (#"name="sp \"q\" back\\slash""#, [["name", #"sp "q" back\slash"#]]),
        (#"VideoMode="640,480,32"@0,0 1"# + "\nx=1", [["VideoMode", "640,480,32"], ["x", "1"]]),
        (#""SATA-0-0"="/a=b""#, [["SATA-0-0", "/a=b"]]), (#"cut="off in the"#, []), (#""cut"#, []), ("", []),
        (#"a="\x\""# + "\"\nb=2", [["a", #"\x""#], ["b", "2"]]),
    ])
    func theQuotingIsUndone(text: String, entries: [[String]]) {
        #expect(MachineReadable(text).entries.map { [$0.key, $0.value] } == entries)
    }

    @Test func namesInListsAreReadFromTheRight() throws {
        let machines = MachineList.read(Recorded.machines)
        let odd = try #require(VMID("a0bf3e9d-9405-49d2-9bb1-85a5e0f7d2a7"))
        let broken = try #require(VMID("b860b240-e92d-44be-b588-583f7a82e383"))
        #expect(machines.count == 7)
        #expect(machines[odd] == #"sp ace "q" back\slash é ✓"#)
        #expect(machines[broken] == MachineList.inaccessible)
        #expect(MachineList.read(#""a" {690705fb-22f9-4422-8557-d6078ba55c9d}" {"# + "nonsense\n\n").isEmpty)
    }

    @Test func disksAreReadWithTheirParents() throws {
        let disks = Medium.list(Recorded.disks)
        #expect(disks.map(\.location) == ["/disks/new.vdi", "/disks/fromraw.vdi", "/disks/diff.vdi"])
        #expect(disks.map(\.parent) == [nil, nil, disks[1].id])
        #expect(disks.map(\.mebibytes) == [128, 64, 64])
        #expect(!disks.contains { !$0.isAccessible })
        #expect(Medium.list("").isEmpty)
    }

    @Test func hostOnlyInterfacesAreReadWithTheirAddresses() throws {
        let interface = try #require(HostOnlyInterface.list(Recorded.interfaces).first)
        #expect(interface.name == "vboxnet0")
        #expect(interface.address == IPv4Address("192.168.56.1"))
        #expect(interface.mask == IPv4Address("255.255.255.0"))
    }

    @Test func snapshotsAreReadWithTheirParents() {
        let tree = SnapshotTree(Recorded.snapshots)
        #expect(tree.nodes.map(\.name) == ["s1", "s1", "with space", "branch"])
        #expect(tree.nodes.map(\.parent) == [nil, tree.nodes[0].id, tree.nodes[1].id, tree.nodes[0].id])
        #expect(tree.current == tree.nodes[3].id)
        #expect(tree["s1"] == tree.nodes[0])
        #expect(SnapshotTree("").nodes.isEmpty)
        #expect(SnapshotTree(Recorded.machineWithDisks).nodes.count == 4)
    }

    @Test(arguments: [
        ("running", "running"), ("poweroff", "stopped"), ("aborted", "stopped"), ("saved", "suspended"),
        ("paused", "suspended"), ("abortedsaved", "suspended"), ("stopping", "running"), ("gurumeditation", "broken"),
        ("inaccessible", "broken"),
    ])
    func statesOfVirtualBoxAreStatesOfMachines(word: String, state: String) {
        #expect(VMState(word).observed.description == state)
    }

    @Test(arguments: [
        ("powered off (since 2026-11-22T09:07:57.426000000)", "poweroff"), ("running (since 2026)", "running"),
        ("saved (since x)", "saved"), ("aborted-saved (since x)", "abortedsaved"),
        ("guru meditation (since x)", "gurumeditation"),
    ])
    func statesForPeopleAreTheSameStates(text: String, word: String) {
        #expect(VMState(listed: text).word == word)
    }
}
