import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvCommands

/// What `doctor` says of the host itself.
struct HostConditionTests {
    private func condition() throws -> HostCondition {
        HostCondition(
            data: "/var/lib/devenv", room: 50 << 30, isClockKept: true, watches: (files: 524_288, programs: 512))
    }

    @Test func aHostInOrderHasNothingToMend() throws {
        let findings = try condition().findings
        #expect(findings.map(\.severity) == [.fine, .fine, .fine])
        #expect(findings.first?.message == "50 GiB are free in '/var/lib/devenv', for boxes and machines")
    }

    @Test func whatIsWrongComesWithItsCure() throws {
        var condition = try condition()
        condition.room = 1 << 30
        condition.isClockKept = false
        condition.watches = (files: 8192, programs: 128)
        let subnet = try #require(IPv4Subnet("10.1.2.0/24"))
        let part = try #require(IPv4Subnet("10.1.2.64/26"))
        condition.crossings = [("shop", subnet, HostRoute(interface: "tun0", subnet: part))]
        let findings = condition.findings
        #expect(findings.map(\.severity) == [.warning, .warning, .warning, .warning])
        #expect(findings.allSatisfy { $0.cure != nil })
        #expect(findings[0].cure?.contains("devenv box prune") == true)
        #expect(
            findings[3].message.contains("10.1.2.0/24 of the project 'shop'") && findings[3].message.contains("tun0"))
    }

    @Test func thisHostIsRead() async throws {
        try await TemporaryDirectory.with { directory in
            let place = directory.path.appending("not").appending("there")
            let condition = HostCondition.current(HostDirectories(data: place, runtime: place))
            let room = try #require(condition.room)
            let watches = try #require(condition.watches)
            #expect(room > 0 && watches.files > 0 && watches.programs > 0)
            #expect(condition.crossings.isEmpty)
        }
    }
}
