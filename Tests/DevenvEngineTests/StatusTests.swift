import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import DevenvTestSupport
import Testing

/// What is said of machines as they are.
@Suite(.requiresRoot) struct StatusTests {
    @Test func onlyTheMachinesThatAreAskedForAreLookedAt() async throws {
        try await EngineRig.with("db", "web") { rig in
            _ = try await rig.up()
            let web = PlanFixture.name("web")
            #expect(try await rig.engine.status(rig.graph).map(\.name.rawValue) == ["db", "web"])
            #expect(try await rig.engine.status(rig.graph, of: [web]).map(\.name) == [web])
            #expect(try await rig.engine.status(nil, of: [web]).map(\.name) == [web])
            #expect(try await rig.engine.status(rig.graph, of: [web]).first?.observation.state == .running)
        }
    }

    @Test func thatThereAreNoGuestToolsIsOnlyKnownOfAMachineThatHasAnswered() async throws {
        try await EngineRig.with("web") { rig in
            _ = try await rig.up()
            func seen() async throws -> GuestTools? { try await rig.engine.status(rig.graph).first?.guestTools }
            #expect(try await seen() == nil)
            let (none, some) = (GuestTools("tools", isPresent: false), GuestTools("tools", isPresent: true))
            rig.provider.change(try rig.record("web").identity) { $0.guestTools = none }
            #expect(try await seen() == none)
            var record = try rig.record("web")
            record.answeredStart = nil
            try rig.store.save(record)
            #expect(try await seen() == nil)
            rig.provider.change(record.identity) { $0.guestTools = some }
            #expect(try await seen() == some)
        }
    }
}
