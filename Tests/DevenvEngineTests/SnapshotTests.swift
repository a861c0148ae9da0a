import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import DevenvTestSupport
import Synchronization
import SystemPackage
import Testing

/// Snapshots, and what is recorded of machines that go back to them.
@Suite(.requiresRoot) struct SnapshotTests {
    private static let first = SnapshotName(unchecked: "first")

    private static func folder(_ spec: inout MachineSpec) {
        spec.folders = [SyncedFolder(source: Located("/project/src"), target: GuestPath("/srv/app"))]
    }

    private func save(_ rig: EngineRig, _ name: SnapshotName = first) async throws -> ExecutionReport {
        try await rig.carryOut(try await rig.engine.prepareSave(name, targets: rig.names))
    }

    private func restore(_ rig: EngineRig, _ name: SnapshotName = first) async throws -> ExecutionReport {
        try await rig.carryOut(try await rig.engine.prepareRestore(name, targets: rig.names, graph: rig.graph))
    }

    private func delete(_ rig: EngineRig, _ name: SnapshotName = first) async throws -> ExecutionReport {
        try await rig.carryOut(try await rig.engine.prepareDelete(name, targets: rig.names))
    }

    @Test func whatIsRecordedGoesBackWithTheMachine() async throws {
        try await EngineRig.with("web", change: Self.folder) { rig in
            _ = try await rig.up()
            let before = try rig.record("web")
            _ = try await save(rig)
            rig.provider.change(before.identity) { $0.disk = "changed" }
            rig.synchronizer.changeFolders(to: "tree-2")
            _ = try await rig.up()
            #expect(try rig.record("web").folders["/srv/app"]?.fingerprint == "tree-2")
            let report = try await restore(rig)
            #expect(report.failures.isEmpty)
            #expect(rig.provider.machines[before.identity.machine]?.disk == "")
            #expect(try rig.record("web") == before)
            // the host's folder is newer than what is in the machine now
            #expect(try await rig.up().finished.map(\.description) == ["web: sync /srv/app"])
        }
    }

    @Test func aMachineThatWasStoppedIsStoppedAgainAndOneThatRanIsWaitedFor() async throws {
        try await EngineRig.with("web") { rig in
            _ = try await rig.up()
            _ = try await save(rig, SnapshotName(unchecked: "running"))
            _ = try await rig.carryOut(try await rig.engine.prepareHalt(targets: rig.names, force: false))
            _ = try await save(rig, SnapshotName(unchecked: "stopped"))
            let waits = rig.communicator.endpoints.count
            _ = try await restore(rig, SnapshotName(unchecked: "running"))
            #expect(try await rig.engine.status(rig.graph).map(\.observation.state) == [.running])
            #expect(rig.communicator.endpoints.count == waits + 1)
            _ = try await restore(rig, SnapshotName(unchecked: "stopped"))
            #expect(try await rig.engine.status(rig.graph).map(\.observation.state) == [.stopped])
            #expect(try rig.record("web").isComingBack == nil)
            #expect(rig.communicator.endpoints.count == waits + 1)
        }
    }

    @Test func snapshotsOfSeveralMachinesAreListedByMachine() async throws {
        try await EngineRig.with("web", "db") { rig in
            _ = try await rig.up()
            _ = try await save(rig)
            _ = try await rig.carryOut(
                try await rig.engine.prepareSave(SnapshotName(unchecked: "second"), targets: [PlanFixture.name("db")]))
            let lists = try await rig.engine.snapshots(of: rig.names)
            #expect(lists.map(\.machine.rawValue) == ["web", "db"])
            #expect(lists.map { $0.snapshots.map(\.name.rawValue) } == [["first"], ["first", "second"]])
            #expect(lists[1].snapshots.last?.parent == Self.first)
            _ = try await delete(rig)
            let left = try await rig.engine.snapshots(of: rig.names)
            #expect(left.map { $0.snapshots.map(\.name.rawValue) } == [[], ["second"]])
            #expect(try rig.store.kept(Self.first, of: rig.record("db")) == nil)
        }
    }

    @Test func aWayBackThatWasCutOffIsCompletedByUp() async throws {
        let isBroken = Mutex(false)
        var script = MemoryProvider.Script()
        script.before = { (call) throws(ProviderError) in
            if call.hasPrefix("restore"), isBroken.withLock({ $0 }) { throw .failed("it broke") }
        }
        try await EngineRig.with("web", provider: MemoryProvider(script: script), change: Self.folder) { rig in
            _ = try await rig.up()
            let before = try rig.record("web")
            _ = try await save(rig)
            rig.synchronizer.changeFolders(to: "tree-2")
            _ = try await rig.up()
            isBroken.withLock { $0 = true }
            #expect(try await restore(rig).failures.map(\.message) == ["it broke"])
            isBroken.withLock { $0 = false }
            #expect(
                try await rig.up().finished.map(\.description) == ["web: restore first", "web: sync /srv/app"])
            #expect(try rig.record("web").restoration == nil)
            #expect(try rig.record("web").starts == before.starts)
            #expect(try await rig.up().finished.isEmpty)
        }
    }

    @Test func deletingWhatAMachineIsHalfwayBackToMakesUpDoEverythingAgain() async throws {
        var script = MemoryProvider.Script()
        script.before = { (call) throws(ProviderError) in
            if call.hasPrefix("restore") { throw .failed("it never works") }
        }
        try await EngineRig.with("web", provider: MemoryProvider(script: script), change: Self.folder) { rig in
            _ = try await rig.up()
            _ = try await save(rig)
            _ = try await restore(rig)
            #expect(try await delete(rig).failures.isEmpty)
            #expect(try await rig.up().finished.map(\.description) == ["web: sync /srv/app"])
        }
    }

    @Test func aSnapshotThatNothingWasKeptForMakesUpDoEverythingAgain() async throws {
        try await EngineRig.with("web", change: Self.folder) { rig in
            _ = try await rig.up()
            try await rig.provider.saveSnapshot(Self.first, of: try rig.record("web").recorded)
            let notices = Mutex<[String]>([])
            let operation = try await rig.engine.prepareRestore(Self.first, targets: rig.names, graph: nil)
            let report = try await rig.engine.carryOut(operation, width: 1, wait: .forever) { event in
                if case .notice(_, let text) = event { notices.withLock { $0.append(text) } }
            }
            #expect(report.failures.isEmpty)
            #expect(notices.withLock { $0.contains { $0.hasPrefix("what was done in it by then is not known") } })
            #expect(try await rig.up().finished.map(\.description) == ["web: sync /srv/app"])
        }
    }

    @Test func aFailedSaveLeavesNothingThatIsTrusted() async throws {
        let isBroken = Mutex(true)
        var script = MemoryProvider.Script()
        script.before = { (call) throws(ProviderError) in
            if call.hasPrefix("save"), isBroken.withLock({ $0 }) { throw .diskFull("no space") }
        }
        try await EngineRig.with("web", provider: MemoryProvider(script: script)) { rig in
            _ = try await rig.up()
            #expect(try await save(rig).failures.map(\.message) == ["no space"])
            #expect(try await rig.engine.snapshots(of: rig.names).flatMap(\.snapshots).isEmpty)
            isBroken.withLock { $0 = false }
            #expect(try await save(rig).failures.isEmpty)
        }
    }

    @Test func destroyingForgetsWhatWasKept() async throws {
        try await EngineRig.with("web") { rig in
            _ = try await rig.up()
            _ = try await save(rig)
            let record = try rig.record("web")
            #expect(try rig.store.kept(Self.first, of: record) == record)
            _ = try await rig.carryOut(try await rig.engine.prepareDestroy(targets: rig.names))
            #expect(try rig.store.kept(Self.first, of: record) == nil)
        }
    }

    @Test func aProviderWithoutSnapshotsIsToldOf() async throws {
        let provider = MemoryProvider(features: ProviderFeatures(boxFormats: [.directories]))
        try await EngineRig.with("web", provider: provider) { rig in
            _ = try await rig.up()
            let list = await #expect(throws: EngineError.self) { _ = try await rig.engine.snapshots(of: rig.names) }
            #expect(list?.message == "the provider 'memory' can't take snapshots of machines")
            let refused = await #expect(throws: EngineError.self) { _ = try await save(rig) }
            #expect(refused?.code == .provider)
        }
    }
}
