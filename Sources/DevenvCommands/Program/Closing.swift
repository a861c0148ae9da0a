import DevenvEngine
import DevenvModel

/// What is said after machines were started.
enum Closing {
    /// How the machines that a plan touched are reached, and what the Envfile says to whoever starts them.
    static func reachability(
        of plan: DevenvEngine.Plan, _ graph: MachineGraph, _ session: ProjectSession, _ outcome: inout Outcome
    ) async throws {
        let touched = Set(plan.machines)
        outcome.machines = try await session.engine.status(graph).filter { touched.contains($0.name) }
        for name in touched { outcome.messages[name] = graph[name]?.message }
    }
}
