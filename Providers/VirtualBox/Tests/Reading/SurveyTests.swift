import DevenvModel
import Testing

@testable import VirtualBoxProvider

/// What is read from the answer about all machines at once.
struct SurveyTests {
    private let web: VMID
    private let db: VMID

    init() throws {
        web = try #require(VMID("690705fb-22f9-4422-8557-d6078ba55c9d"))
        db = try #require(VMID("ffffffff-ffff-ffff-0123-000000000002"))
    }

    /// As `list --long vms` of 7.2.22 printed it, with lines left out that nothing here reads.
    private func text(_ id: VMID, _ state: String, _ end: String = "") -> String {
        """
        Name:                        a
        Encryption:                  disabled
        Guest OS:                    Other Linux (64-bit)
        UUID:                        \(id)
        Config file:                 /vms/a/a.vbox
        State:                       \(state) (since 2026-11-22T09:07:57.426000000)
        Storage Controllers:
        #0: 'SATA', Type: IntelAhci, Instance: 0, Ports: 1 (max 30), Bootable
          Port 0, Unit 0: UUID: 36dab935-212a-4e74-9258-420ab5c5814f
            Location: "/vms/a/a.vdi"
        NIC 1:                       MAC: 080027D4009D, Attachment: NAT, Cable connected: on
        NIC 1 Settings:
        \tMTU: 0, Socket (send: 64, receive: 64), TCP Window (send:64, receive: 64),
        NIC 1 Rule(0):   name = bad, protocol = tcp, host ip = , host port = 34463, guest ip = , guest port = 2
        NIC 1 Rule(1):   name = ssh, protocol = tcp, host ip = 127.0.0.1, host port = 2222, guest ip = , guest port = 22
        NIC 2:                       disabled
        * Guest:
        Configured memory balloon:   0MB
        \(end)

        """
    }

    @Test func eachMachineHasItsStateAndForwards() {
        let survey = MachineSurvey(text(web, "running") + text(db, "powered off"))
        #expect(survey.machines.count == 2)
        #expect(survey.machines[web]?.state == .running)
        #expect(survey.machines[db]?.state == .poweredOff)
        #expect(
            survey.machines[web]?.forwards.map(\.description) == ["bad,tcp,,34463,,2", "ssh,tcp,127.0.0.1,2222,,22"])
        #expect(survey.doubtful.isEmpty)
    }

    /// A description is printed as it is, so that it can say anything of other machines.
    @Test func whatIsSaidOfAMachineTwiceIsNotBelieved() {
        let survey = MachineSurvey(
            text(web, "running", "Description:\n" + text(db, "running")) + text(db, "powered off"))
        #expect(survey.machines[web]?.state == .running)
        #expect(survey.machines[db] == nil)
        #expect(survey.doubtful == [db])
    }

    @Test func aMachineWithoutAStateCannotBeRead() {
        #expect(MachineSurvey("Name: <inaccessible!>\nUUID: \(web)\n").machines[web]?.state == .inaccessible)
        #expect(MachineSurvey("").machines.isEmpty)
    }
}
