import DevenvBoxes
import DevenvDiagnostics
import DevenvEngine
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import DevenvTestSupport
import Testing

/// What a machine's provider can't honour, and what others could not.
@Suite(.requiresRoot) struct ObjectionTests {
    private static func provider(_ name: String, _ objections: Diagnostic...) -> MemoryProvider {
        var script = MemoryProvider.Script()
        script.objections = objections
        return MemoryProvider(name, script: script)
    }

    private static let small = Diagnostic.error("too little memory", at: nil, help: "give it more")
    private static let disk = Diagnostic.warning("'disk' has no effect", at: nil)

    @Test func whatAProviderThatIsNotChosenObjectsToIsNobodysBusiness() async throws {
        try await EngineRig.with("web") { rig in
            let engine = rig.engine([Self.provider("one"), Self.provider("two", Self.small)])
            #expect(engine.validate(rig.graph) == [])
            let operation = try await engine.prepareUp(rig.graph, targets: rig.names, options: UpOptions())
            #expect(!operation.plan.isEmpty)
        }
    }

    @Test func whatTheChosenOneObjectsToIsSaidWhenItIsChosen() async throws {
        try await EngineRig.with("web") { rig in
            let engine = rig.engine([Self.provider("one", Self.small), Self.provider("two")])
            #expect(engine.validate(rig.graph) == [])
            let error = await #expect(throws: EngineError.self) {
                _ = try await engine.prepareUp(rig.graph, targets: rig.names, options: UpOptions())
            }
            #expect(error?.description == "too little memory; give it more")
            var options = UpOptions()
            options.provider = ProviderName(unchecked: "two")
            _ = try await engine.prepareUp(rig.graph, targets: rig.names, options: options)
        }
    }

    @Test func whatAllObjectToIsAMistakeOfTheEnvfile() async throws {
        try await EngineRig.with("web") { rig in
            let other = Diagnostic.error("far too little memory", at: nil)
            let engine = rig.engine([Self.provider("one", Self.small, Self.disk), Self.provider("two", other)])
            #expect(engine.validate(rig.graph) == [Self.small, Self.disk])
        }
    }

    @Test func theOnlyOneThatIsNamedIsAskedAtOnce() async throws {
        let named: (inout MachineSpec) -> Void = { $0.providers = [Located(ProviderName(unchecked: "two"))] }
        try await EngineRig.with("web", change: named) { rig in
            let engine = rig.engine([Self.provider("one"), Self.provider("two", Self.small)])
            #expect(engine.validate(rig.graph) == [Self.small])
        }
    }
}

extension EngineRig {
    /// An engine for the same project with other providers.
    fileprivate func engine(_ providers: [any Provider]) -> Engine {
        let runner = SystemToolRunner()
        return Engine(
            EngineComponents(
                providers: providers, provisioners: [], makeCommunicator: { communicator.at($0) },
                synchronizer: synchronizer, runner: runner,
                boxes: BoxStore(directories: store.host, runner: runner), host: store.host, environment: [:]),
            store: store)
    }
}
