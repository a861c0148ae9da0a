import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import DevenvTestSupport
import Testing

/// What a provider must know to find what it began.
@Suite(.requiresRoot) struct ClaimTests {
    private static func provider(
        claiming value: String, before: (@Sendable (String) async throws(ProviderError) -> Void)? = nil
    ) -> MemoryProvider {
        var script = MemoryProvider.Script()
        script.claim = ["uri": value]
        script.before = before
        return MemoryProvider(script: script)
    }

    @Test func aClaimIsKeptBeforeAnythingIsMadeAndOutlivesAFailure() async throws {
        let provider = Self.provider(claiming: "first") { (call) throws(ProviderError) in
            if call == "create web" { throw .failed("it broke") }
        }
        try await EngineRig.with("web", provider: provider) { rig in
            #expect(try await rig.up().failures.map(\.message) == ["it broke"])
            let record = try rig.record("web")
            #expect(record.phase == .creating)
            #expect(record.recorded.record == ["uri": "first"])
        }
    }

    @Test func aMachineThatWasBegunKeepsItsClaim() async throws {
        try await EngineRig.with("web", provider: Self.provider(claiming: "later")) { rig in
            #expect(try await rig.up().failures.isEmpty)
            #expect(try rig.record("web").recorded.record == ["uri": "later", "made": "yes"])
            // as if its creation had been cut off where the environment said something else
            var record = try rig.record("web")
            rig.provider.change(record.identity) { $0.state = .absent }
            record.phase = .creating
            record.claim = ["uri": "earlier"]
            record.providerRecord = [:]
            try rig.store.save(record)
            #expect(try await rig.up().failures.isEmpty)
            #expect(try rig.record("web").recorded.record == ["uri": "earlier", "made": "yes"])
        }
    }
}
