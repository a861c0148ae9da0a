import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import DevenvTestSupport
import Synchronization
import SystemPackage
import Testing

/// How often the engine has its providers look at machines.
@Suite(.requiresRoot) struct LookTests {
    private static let web = PlanFixture.name("web")
    private static let db = PlanFixture.name("db")

    private static func fill(_ spec: inout MachineSpec) {
        spec.readyChecks = [ReadyCheck(.shell("true"))]
        spec.folders = [SyncedFolder(source: Located("/tmp"), target: GuestPath("/srv"))]
    }

    @Test func aNewMachineIsLookedForOnceHoweverMuchIsDoneInIt() async throws {
        try await EngineRig.with("web", change: Self.fill) { rig in
            let report = try await rig.up()
            #expect(report.failures.isEmpty)
            #expect(report.finished.count > 3)
            #expect(rig.provider.looks == [[Self.web]], "it is located after its start")
            #expect(report.reached[Self.web]?.state == .running)
            let status = try await rig.engine.status(rig.graph, of: [Self.web], seen: report.reached)
            #expect(status.map(\.observation.state) == [.running])
            #expect(rig.provider.looks.count == 1, "what is known is not asked for")
        }
    }

    @Test func aStoppedMachineIsSeenOnceBeforeItIsStarted() async throws {
        try await EngineRig.with("web") { rig in
            _ = try await rig.up()
            rig.provider.change(try rig.record("web").identity) { $0.state = .stopped }
            let before = rig.provider.looks.count
            #expect(try await rig.up().failures.isEmpty)
            #expect(rig.provider.looks.count - before == 2, "for the plan, and after its start")
            #expect(try rig.record("web").starts == 2)
        }
    }

    @Test func onlyMachinesThatAreAskedForAreLookedAt() async throws {
        try await EngineRig.with("web", "db") { rig in
            _ = try await rig.up()
            let before = rig.provider.looks.count
            let status = try await rig.engine.status(rig.graph, of: [Self.db])
            #expect(status.map(\.name) == [Self.db])
            #expect(rig.provider.looks.dropFirst(before) == [[Self.db]])
            #expect(try await rig.engine.status(rig.graph).count == 2)
        }
    }

    @Test func aMachineThatEndedIsNamedAsTheReason() async throws {
        let end = Mutex<(@Sendable () -> Void)?>(nil)
        let communicator = ScriptedCommunicator(answer: { _, _ in
            end.withLock { $0 }?()
            return (.status(1), "no")
        })
        try await EngineRig.with(
            "web", communicator: communicator,
            change: { $0.readyChecks = [ReadyCheck(.shell("false"), timeout: .milliseconds(1))] }
        ) { rig in
            end.withLock { end in
                end = {
                    guard let identity = try? rig.record("web").identity else { return }  // then it is not named
                    rig.provider.change(identity) { $0.state = .stopped }
                }
            }
            let report = try await rig.up()
            let failure = try #require(report.failures.first)
            #expect(failure.step.description == "web: ready")
            #expect(failure.message.contains("did not become ready"))
            #expect(failure.details == ["the machine is stopped"])
            #expect(report.reached.isEmpty)
        }
    }
}
