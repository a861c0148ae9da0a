import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import DevenvTestSupport
import Testing

/// Two projects of one host that want the same ports.
@Suite(.requiresRoot) struct PortReservationTests {
    private static let fixed = PortForward(host: 18_080, guest: 80)
    private static let automatic = PortForward(host: 18_080, guest: 80, isAutomatic: true)

    /// Two projects, each with a machine `web` with this forward, on one provider.
    private func two(
        _ first: PortForward, _ second: PortForward, _ body: (EngineRig, EngineRig) async throws -> Void
    ) async throws {
        try await EngineRig.with("web", change: { $0.forwards = [Located(first)] }) { one in
            try await body(one, try one.neighbor { $0.forwards = [Located(second)] })
        }
    }

    private func halt(_ rig: EngineRig) async throws {
        _ = try await rig.carryOut(try await rig.engine.prepareHalt(targets: rig.names, force: false))
    }

    private func port(_ rig: EngineRig) throws -> UInt16? { try rig.record("web").forwards.first?.host }

    @Test func anAutomaticForwardAvoidsTheOthersPort() async throws {
        try await two(Self.fixed, Self.automatic) { one, other in
            _ = try await one.up()
            _ = try await other.up()
            #expect(try port(one) == 18_080)
            #expect(try port(other) == 18_081)
            #expect(try await other.up().finished.isEmpty)
        }
    }

    @Test func aFixedForwardIsRefusedWithItsOwner() async throws {
        try await two(Self.fixed, Self.fixed) { one, other in
            _ = try await one.up()
            let failure = try #require(try await other.up().failures.first)
            #expect(failure.step.description == "web: start")
            #expect(
                failure.message == "can't forward 127.0.0.1:18080/tcp: it leads into machine 'web' of the project "
                    + "'project' in '\(one.store.directory)'")
            #expect(failure.help?.contains("devenv halt project/web") == true)
        }
    }

    @Test func aHaltedMachineKeepsNobodyFromAFixedPortAndGetsAnotherItself() async throws {
        try await two(Self.automatic, Self.fixed) { one, other in
            _ = try await one.up()
            try await halt(one)
            let report = try await other.up()
            #expect(report.failures.isEmpty)
            _ = try await one.up()
            #expect(try port(one) == 18_081)
            try await halt(one)
            try await halt(other)
            _ = try await one.up()
            #expect(try port(one) == 18_081)
        }
    }

    @Test func aMachineThatWasStoppedBehindOurBackKeepsNobodyFromAPort() async throws {
        try await two(Self.fixed, Self.fixed) { one, other in
            _ = try await one.up()
            one.provider.change(try one.record("web").identity) { $0.state = .stopped }
            let report = try await other.up()
            #expect(report.failures.isEmpty)
        }
    }

    @Test func aDestroyedMachineGivesItsPortUp() async throws {
        try await two(Self.fixed, Self.automatic) { one, other in
            _ = try await one.up()
            _ = try await one.carryOut(try await one.engine.prepareDestroy(targets: one.names))
            _ = try await other.up()
            #expect(try port(other) == 18_080)
            #expect(try ProjectStore.knownProjects(other.store.host).flatMap(\.ports).map(\.port) == [18_080])
        }
    }
}
