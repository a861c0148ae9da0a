import DevenvDiagnostics
package import DevenvModel

/// What a picture of a machine graph shows, whatever it is drawn as.
package struct GraphDrawing: Sendable {
    /// The project.
    package let project: String
    /// The machines, each after those that it waits for; otherwise in the order of the Envfile.
    package let machines: [MachineSpec]
    /// What each waits for.
    package let edges: [MachineName: [MachineGraph.Edge]]

    /// Takes these machines of a graph and all that they wait for; nil for all machines.
    package init(_ graph: MachineGraph, of names: [MachineName]?) {
        let shown = names.map(graph.withDependencies)
        project = graph.envfile.name.rawValue
        machines = graph.machines.filter { shown?.contains($0.name.value) ?? true }
        edges = graph.edges
    }

    /// Machines that none of those shown waits for: where reading begins.
    package var roots: [MachineSpec] {
        let awaited = Set(machines.flatMap { edges[$0.name.value] ?? [] }.map(\.target))
        return machines.filter { !awaited.contains($0.name.value) }
    }

    /// The networks that machines were put on by name. All are on the standard one otherwise, which says nothing.
    package var networks: [NetworkName] {
        machines.flatMap(\.interfaces).map(\.network).filter { $0 != .standard }.uniqued()
    }

    /// What a machine is, in one line.
    package static func details(_ machine: MachineSpec) -> [String] {
        var details = machine.box.map { [$0.value.description] } ?? []
        if let cpus = machine.cpus { details.append(Phrase.count(cpus, "processor")) }
        if let memory = machine.memory { details.append(memory.description) }
        return details + machine.forwards.map { "port \($0.value.host) to \($0.value.guest)" }
    }
}
