import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import DevenvTestSupport
import Synchronization
import Testing

/// Machines that are paused and go on.
@Suite(.requiresRoot) struct PauseTests {
    private static let web = PlanFixture.name("web")

    private func suspend(_ rig: EngineRig) async throws -> ExecutionReport {
        try await rig.carryOut(try await rig.engine.prepareSuspend(targets: rig.names))
    }

    private func resume(_ rig: EngineRig) async throws -> ExecutionReport {
        try await rig.carryOut(try await rig.engine.prepareResume(targets: rig.names, graph: rig.graph))
    }

    private func state(_ rig: EngineRig) async throws -> MachineObservation.State? {
        try await rig.engine.status(rig.graph).first?.observation.state
    }

    @Test func aMachineIsSuspendedAndGoesOn() async throws {
        try await EngineRig.with("web") { rig in
            _ = try await rig.up()
            let suspended = try await suspend(rig)
            #expect(suspended.failures.isEmpty)
            #expect(try await state(rig) == .suspended)
            #expect(try await suspend(rig).finished.isEmpty)
            let resumed = try await resume(rig)
            #expect(resumed.failures.isEmpty)
            #expect(try await state(rig) == .running)
            #expect(try await resume(rig).finished.isEmpty)
            #expect(try rig.record("web").starts == 1)
            #expect(rig.provider.calls == ["create web", "start web", "suspend web", "resume web"])
        }
    }

    @Test func upLetsASuspendedMachineGoOnAndTheClockIsSet() async throws {
        try await EngineRig.with("web") { rig in
            _ = try await rig.up()
            _ = try await suspend(rig)
            let before = rig.communicator.commands.count
            #expect(try await rig.up().finished.map(\.description) == ["web: resume"])
            #expect(rig.communicator.commands.count == before + 1)
        }
    }

    @Test(arguments: ["halt", "destroy"]) func aSuspendedMachineCanBeEnded(_ verb: String) async throws {
        try await EngineRig.with("web") { rig in
            _ = try await rig.up()
            _ = try await suspend(rig)
            let operation =
                verb == "halt"
                ? try await rig.engine.prepareHalt(targets: rig.names, force: false)
                : try await rig.engine.prepareDestroy(targets: rig.names)
            let report = try await rig.carryOut(operation)
            #expect(report.failures.isEmpty)
            #expect(try await state(rig) == (verb == "halt" ? .stopped : .absent))
        }
    }

    @Test func aMachineThatNobodyWaitedForIsWaitedForByTheNextUp() async throws {
        let isBroken = Mutex(false)
        let communicator = ScriptedCommunicator(ready: { (_, _) throws(CommunicatorError) in
            if isBroken.withLock({ $0 }) { throw CommunicatorError(.refused, "nobody listens there") }
        })
        try await EngineRig.with("web", communicator: communicator) { rig in
            _ = try await rig.up()
            _ = try await suspend(rig)
            isBroken.withLock { $0 = true }
            #expect(try await resume(rig).failures.map(\.message) == ["nobody listens there"])
            #expect(try await state(rig) == .running)
            #expect(try rig.record("web").isComingBack == true)
            isBroken.withLock { $0 = false }
            #expect(try await rig.up().finished.map(\.description) == ["web: resume"])
            #expect(try rig.record("web").isComingBack == nil)
            #expect(try await rig.up().finished.isEmpty)
        }
    }

    @Test func whatAPausedMachineHasLostAroundItIsRestored() async throws {
        try await EngineRig.with("web") { rig in
            _ = try await rig.up()
            _ = try await suspend(rig)
            rig.provider.change(try rig.record("web").identity) { $0.drift = ["a forward is gone"] }
            let notices = Mutex<[String]>([])
            let operation = try await rig.engine.prepareResume(targets: rig.names, graph: rig.graph)
            let report = try await rig.engine.carryOut(operation, width: 1, wait: .forever) { event in
                if case .notice(_, let text) = event { notices.withLock { $0.append(text) } }
            }
            #expect(report.failures.isEmpty)
            #expect(rig.provider.calls.suffix(2) == ["resume web", "resume web"])
            #expect(notices.withLock { $0.filter { $0.contains("forward") } } == [])
            #expect(try await rig.engine.status(rig.graph).first?.observation.drift == [])
        }
    }

    @Test func aProviderThatCannotSuspendIsToldOfBeforeAnythingHappens() async throws {
        let provider = MemoryProvider(features: ProviderFeatures(boxFormats: [.directories]))
        try await EngineRig.with("web", provider: provider) { rig in
            _ = try await rig.up()
            let error = await #expect(throws: EngineError.self) { _ = try await suspend(rig) }
            #expect(error?.message == "can't suspend machine 'web': the provider 'memory' is not able to")
            #expect(error?.code == .provider)
        }
    }
}
