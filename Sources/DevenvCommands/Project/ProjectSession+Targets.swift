import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState

extension ProjectSession {
    /// The machines that targets mean among those of the Envfile.
    func declared(_ targets: [TargetExpression], in graph: MachineGraph) throws -> [MachineName] {
        try TargetResolver(graph.machines.map(TargetCandidate.init)).machines(targets)
    }

    /// The machines that targets mean among all that the Envfile or the records know; without targets really all.
    ///
    /// Not inlined: with its two types of errors in a command's coroutine, Swift 6.3's optimizer crashes.
    @inline(never)
    func known(_ targets: [TargetExpression], in graph: MachineGraph?) throws -> [MachineName] {
        try resolver(graph).machines(targets, orEverything: true)
    }

    /// The machines that targets mean; without targets all that run.
    func running(_ targets: [TargetExpression], in graph: MachineGraph?) async throws -> [MachineName] {
        let names = try known(targets, in: graph)
        guard targets.isEmpty else { return names }
        let running = try await engine.status(graph).filter { $0.observation.state == .running }.map(\.name)
        guard running.isEmpty else { return running }
        throw CommandFailure.failed("no machine of this project is running", help: "run 'devenv up'")
    }

    /// The one machine that a command is for.
    func one(_ target: TargetExpression?, in graph: MachineGraph?) throws -> MachineName {
        try resolver(graph).machine(target)
    }

    private func resolver(_ graph: MachineGraph?) throws -> TargetResolver {
        let declared = (graph?.machines ?? []).map(TargetCandidate.init)
        let names = Set(declared.map(\.name))
        let recorded = try store.machines().map(\.identity.name).filter { !names.contains($0) }
        return TargetResolver(declared + recorded.map(TargetCandidate.init(recorded:)))
    }
}
