import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvState
import Testing

@testable import DevenvEngine

/// Which ports forwards get beside those of other machines.
@Suite struct ForwardPortsTests {
    private static let everywhere = IPv4Address(value: 0)
    private static let another = ProjectID(unchecked: "fedcba9876543210")

    private static func automatic(_ host: UInt16, guest: UInt16 = 80) -> PortForward {
        PortForward(host: host, guest: guest, isAutomatic: true)
    }

    private static func ports(
        _ forwards: [PortForward], had: [PortForward] = [], others: [OwnedPort] = [], refused: Set<UInt16> = []
    ) -> ForwardPorts {
        var spec = PlanFixture.machine("web")
        spec.forwards = forwards.map { Located($0) }
        var record = PlanFixture.record(of: PlanFixture.desired(spec))
        record.forwards = had
        return ForwardPorts(machine: spec, recorded: record, others: others, refused: refused)
    }

    private static func other(
        _ port: UInt16, running: Bool = true, address: IPv4Address = .loopback, transport: PortForward.Transport = .tcp,
        project: ProjectID = another
    ) -> OwnedPort {
        let forward = PortForward(address: address, host: port, guest: 80, transport: transport)
        return OwnedPort(
            project: KnownProject(id: project, name: ProjectName(unchecked: "shop"), directory: "/shop", subnets: []),
            port: ReservedPort(machine: MachineName(unchecked: "db"), forward: forward, isRunning: running))
    }

    @Test func anAutomaticForwardTakesTheFirstPortThatNobodyHas() {
        let others = [Self.other(8080), Self.other(8081, running: false)]
        let chosen = Self.ports([Self.automatic(8080), Self.automatic(8080, guest: 81)], others: others).choose()
        #expect(chosen.map(\.host) == [8082, 8083])
    }

    @Test func aPortOfAnotherAddressOrProtocolIsNotInTheWay() {
        let others = [Self.other(8080, transport: .udp), Self.other(8080, address: IPv4Address(value: 1))]
        #expect(Self.ports([Self.automatic(8080)], others: others).choose().map(\.host) == [8080])
        let everywhere = [Self.other(8080, address: Self.everywhere)]
        #expect(Self.ports([Self.automatic(8080)], others: everywhere).choose().map(\.host) == [8081])
    }

    @Test func aMachineKeepsItsPortUnlessSomebodyWhoRunsHasIt() {
        let had = [Self.automatic(8085)]
        func host(_ others: [OwnedPort], _ refused: Set<UInt16> = []) -> UInt16? {
            Self.ports([Self.automatic(8080)], had: had, others: others, refused: refused).choose().first?.host
        }
        #expect(host([]) == 8085)
        #expect(host([Self.other(8085, running: false)]) == 8085)
        #expect(host([Self.other(8085)]) == 8080)
        #expect(host([], [8085]) == 8080)
    }

    @Test func aFixedPortIsRefusedOnlyWhereAMachineOfAnotherProjectRuns() {
        func conflict(_ other: OwnedPort) -> Bool {
            Self.ports([PortForward(host: 8080, guest: 80)], others: [other]).conflict() != nil
        }
        #expect(conflict(Self.other(8080)))
        #expect(conflict(Self.other(8080, address: Self.everywhere)))
        #expect(!conflict(Self.other(8080, running: false)))
        #expect(!conflict(Self.other(8080, transport: .udp)))
        #expect(!conflict(Self.other(8081)))
        // what two machines of one project want is the Envfile's business, and the provider's
        #expect(!conflict(Self.other(8080, project: ProjectID(unchecked: "0123456789abcdef"))))
        #expect(Self.ports([Self.automatic(8080)], others: [Self.other(8080)]).conflict() == nil)
    }
}
