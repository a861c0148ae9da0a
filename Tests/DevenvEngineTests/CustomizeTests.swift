import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Synchronization
import Testing

/// What a provider does to its machines once they have answered.
@Suite(.requiresRoot) struct CustomizeTests {
    @Test func aProviderIsToldOfAMachineThatHasAnsweredAfterEachStart() async throws {
        let seen = Mutex<[String]>([])
        var script = MemoryProvider.Script()
        script.tasks = ["something"]
        script.before = { (call) throws(ProviderError) in seen.withLock { $0.append(call) } }
        let communicator = ScriptedCommunicator(ready: { (_, _) throws(CommunicatorError) in
            seen.withLock { $0.append("answer") }
        })
        let provider = MemoryProvider(script: script)
        try await EngineRig.with("web", provider: provider, communicator: communicator) { rig in
            _ = try await rig.up()
            #expect(seen.withLock { $0 } == ["create web", "start web", "answer", "customize web"])
            #expect(try await rig.up().finished.isEmpty)
            _ = try await rig.carryOut(try await rig.engine.prepareHalt(targets: rig.names, force: false))
            _ = try await rig.up()
            #expect(seen.withLock { $0 }.suffix(3) == ["start web", "answer", "customize web"])
            // a pause is no start
            _ = try await rig.carryOut(try await rig.engine.prepareSuspend(targets: rig.names))
            _ = try await rig.up()
            #expect(seen.withLock { $0 }.suffix(2) == ["resume web", "answer"])
            #expect(try await rig.up().finished.isEmpty)
        }
    }

    @Test func whatFailedIsTriedAgain() async throws {
        let isBroken = Mutex(true)
        var script = MemoryProvider.Script()
        script.tasks = ["something"]
        script.before = { (call) throws(ProviderError) in
            guard call == "customize web", isBroken.withLock({ $0 }) else { return }
            throw .failed("it can't be done")
        }
        try await EngineRig.with("web", provider: MemoryProvider(script: script)) { rig in
            let failed = try await rig.up()
            #expect(failed.failures.map(\.message) == ["it can't be done"])
            isBroken.withLock { $0 = false }
            let repeated = try await rig.up()
            #expect(repeated.finished.map(\.description) == ["web: customize"])
            let last = try await rig.up()
            #expect(last.finished.isEmpty)
        }
    }

    @Test func aProviderThatDoesNothingIsNotCalled() async throws {
        try await EngineRig.with("web") { rig in
            _ = try await rig.up()
            #expect(rig.provider.calls == ["create web", "start web"])
        }
    }
}
