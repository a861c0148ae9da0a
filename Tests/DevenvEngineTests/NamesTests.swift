import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import DevenvTestSupport
import Synchronization
import Testing

/// The names that running machines have for each other, when a command is about others.
@Suite(.requiresRoot) struct NamesTests {
    private static func provider(_ script: MemoryProvider.Script = .init(), renames: Bool = true) -> MemoryProvider {
        MemoryProvider(
            features: ProviderFeatures(boxFormats: [.directories], suspends: true, snapshots: true, renames: renames),
            script: script)
    }

    private func up(_ names: String..., in rig: EngineRig) async throws {
        let targets = names.map(PlanFixture.name)
        let operation = try await rig.engine.prepareUp(rig.graph, targets: targets, options: UpOptions())
        let report = try await rig.carryOut(operation)
        #expect(report.failures.isEmpty)
    }

    private func destroy(_ name: String, in rig: EngineRig) async throws {
        let targets = [PlanFixture.name(name)]
        _ = try await rig.carryOut(try await rig.engine.prepareDestroy(targets: targets, graph: rig.graph))
    }

    /// The names that a machine has for others and itself.
    private func names(in machine: String, of rig: EngineRig) throws -> [String]? {
        rig.provider.machines[try rig.record(machine).identity.machine]?.names
    }

    @Test func machinesAreToldWhoComesAndGoesWithoutAnythingElse() async throws {
        try await EngineRig.with("web", "db", "late", provider: Self.provider()) { rig in
            try await up("web", in: rig)
            #expect(try names(in: "web", of: rig) == ["web"])
            try await up("db", in: rig)
            #expect(try names(in: "web", of: rig) == ["web", "db"])
            #expect(rig.provider.calls.filter { $0.hasSuffix("web") } == ["create web", "start web", "rename web"])
            // one that is halted keeps its address, and so its name
            let halt = try await rig.engine.prepareHalt(targets: [PlanFixture.name("db")], force: false)
            _ = try await rig.carryOut(halt)
            try await up("late", in: rig)
            #expect(try names(in: "web", of: rig) == ["web", "db", "late"])
            #expect(try names(in: "db", of: rig) == ["web", "db"])
            try await destroy("late", in: rig)
            #expect(try names(in: "web", of: rig) == ["web", "db"])
            let again = try await rig.engine.prepareUp(
                rig.graph, targets: [PlanFixture.name("web")], options: UpOptions())
            #expect(again.plan.isEmpty)
            // the halted one is told by its own start
            try await up("db", in: rig)
            #expect(try names(in: "db", of: rig) == ["web", "db"])
            #expect(!rig.provider.calls.contains("rename db"))
        }
    }

    @Test func aMachineThatCannotBeToldIsNamedAndToldByTheNextCommand() async throws {
        var script = MemoryProvider.Script()
        let isBusy = Mutex(true)
        script.before = { call throws(ProviderError) in
            guard call == "rename web", isBusy.withLock({ $0 }) else { return }
            throw .failed("it is busy")
        }
        try await EngineRig.with("web", "db", provider: Self.provider(script)) { rig in
            try await up("web", in: rig)
            let notices = LockedText()
            let up = try await rig.engine.prepareUp(rig.graph, targets: [PlanFixture.name("db")], options: UpOptions())
            _ = try await rig.engine.carryOut(up, width: 8, wait: .forever) { event in
                if case .notice(let machine, let text) = event {
                    notices.append(Array("\(machine?.rawValue ?? "") \(text)".utf8))
                }
            }
            #expect(
                notices.text == "web has old names of its neighbours, 'devenv up web' tries again: it is busy")
            isBusy.withLock { $0 = false }
            let nothing = try await rig.engine.prepareUp(
                rig.graph, targets: [PlanFixture.name("db")], options: UpOptions())
            #expect(nothing.plan.isEmpty)
            _ = try await rig.carryOut(nothing)
            #expect(try names(in: "web", of: rig) == ["web", "db"])
        }
    }

    @Test func aMachineThatSomebodyWorksOnIsLeftToThem() async throws {
        try await EngineRig.with("web", "db", provider: Self.provider()) { rig in
            try await up("web", in: rig)
            let lock = try rig.store.lock([PlanFixture.name("web")])
            try await up("db", in: rig)
            withExtendedLifetime(lock) {}
            #expect(try names(in: "web", of: rig) == ["web"])
        }
    }

    @Test func whereTheProviderCannotTheNextUpChangesTheNames() async throws {
        try await EngineRig.with("web", "db", provider: Self.provider(renames: false)) { rig in
            try await up("web", in: rig)
            try await up("db", in: rig)
            #expect(try names(in: "web", of: rig) == ["web"])
            let up = try await rig.engine.prepareUp(rig.graph, targets: [PlanFixture.name("web")], options: UpOptions())
            #expect(up.plan.steps.map(\.id.description) == ["web: update"])
        }
    }
}
