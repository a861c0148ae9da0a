import DevenvModel
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// What is decided without asking VirtualBox: forwards, places, disks.
struct ForwardPlanTests {
    private let own = NATRule(name: "mine", PortForward(host: 9000, guest: 90))
    private let web = NATRule(PortForward(host: 8080, guest: 80))
    private let login = NATRule(name: NATRule.loginName, PortForward(host: 22001, guest: 22))

    @Test func onlyDevenvsOwnRulesAreChanged() throws {
        var plan = try #require(ForwardPlan([own, web, login]))
        #expect(plan.rules == [login, web])
        #expect(plan.superfluous(among: [own, web, login]).isEmpty)
        #expect(plan.missing(among: [own]) == [login, web])
        plan.others = []
        #expect(plan.superfluous(among: [own, web, login]) == [web.name])
        plan.login.host = 22002
        #expect(
            plan.settings(from: [own, web, login]) == [
                .noForward(slot: 1, name: web.name), .noForward(slot: 1, name: login.name),
                .forward(slot: 1, NATRule(name: NATRule.loginName, PortForward(host: 22002, guest: 22))),
            ])
        #expect(ForwardPlan([own, web]) == nil)
    }

    @Test func rulesSurviveBeingWrittenAndRead() {
        let everywhere = NATRule(PortForward(address: IPv4Address(value: 0), host: 53, guest: 53, transport: .udp))
        for rule in [own, web, login, everywhere] { #expect(NATRule(rule.description) == rule) }
        #expect(NATRule("a,b,tcp,,1,,2")?.name == "a,b")
        #expect(NATRule("a,tcp,,99999,,2") == nil)
        #expect(NATRule("a,icmp,,1,,2") == nil)
        #expect(NATRule("") == nil)
    }

    @Test func theLoginHasNoPortThatAnotherRuleHasOrIsToHave() {
        #expect(LoginPort.foreign([own, web, login], [PortForward(host: 28680, guest: 22)]) == [9000, 28680])
    }

    @Test func portsThatVirtualBoxDidNotGetAreReadFromItsLog() {
        let log = """
            00:00:00.081631   Driver <string>  = "NAT" (cb=4)
            00:00:00.430199 VMSetError: NAT#0: configuration error: failed to set up redirection of 22401 to 22. Probably \
            a conflict with existing services or other rules
            """
        #expect(MachineLog.refusedPorts(in: log) == [22401])
        #expect(MachineLog.refusedPorts(in: "all is well").isEmpty)
    }

    @Test(arguments: [
        ("", nil), ("all is well\n", nil),
        ("00:00:00.391184 Changing the VM state from 'POWERING_ON' to 'RUNNING'\n", "RUNNING"),
        (
            """
            00:00:00.391184 Changing the VM state from 'POWERING_ON' to 'RUNNING'
            00:00:09.871184 Changing the VM state from 'RUNNING' to 'SUSPENDING'
            00:00:09.891184 Console: Machine state changed to 'Paused'
            """, "SUSPENDING"
        ),
        ("00:00:00.391184 Changing the VM state from 'RUNNING' to 'SUSP", nil),
    ])
    func theLogSaysHowTheMachineIs(_ log: String, _ state: String?) {
        #expect(MachineLog.lastState(in: log) == state)
    }

    @Test func whoeverStandsOnADiskIsFound() {
        let census = DiskCensus(Recorded.disks)
        #expect(census.dependents(on: "/disks").isEmpty)
        #expect(census.disks(below: "/disks").count == 3)
        #expect(
            census.closingOrder(below: "/disks").map(\.location).prefix(2) == ["/disks/new.vdi", "/disks/diff.vdi"])
        let leaf = census.disks.first { $0.location == "/disks/diff.vdi" }
        #expect(census.ancestry(of: leaf.map { [$0.id] } ?? []).count == 2)
        let moved = DiskCensus(Recorded.disks.replacing("/disks/diff.vdi", with: "/elsewhere/diff.vdi"))
        #expect(moved.dependents(on: "/disks").map(\.location) == ["/elsewhere/diff.vdi"])
    }
}
