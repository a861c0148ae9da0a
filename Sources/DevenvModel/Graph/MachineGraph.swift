package import DevenvDiagnostics

/// The machines of a project and what they wait for: names are unique, every edge leads to a machine, there is no cycle.
package struct MachineGraph: Sendable {
    /// One edge: the machine waits until the condition is true of the other.
    package struct Edge: Hashable, Sendable {
        /// The machine that is waited for.
        package let target: MachineName
        /// What must be true of it.
        package let condition: DependencyCondition

        /// Makes an edge.
        package init(_ target: MachineName, _ condition: DependencyCondition) {
            self.target = target
            self.condition = condition
        }
    }

    /// The project.
    package let envfile: Envfile
    /// The machines, each after all that it waits for; otherwise in the order of the Envfile.
    package let machines: [MachineSpec]
    /// What each machine waits for, in the order written.
    package let edges: [MachineName: [Edge]]
    private let positions: [MachineName: Int]

    /// The machine with this name.
    package subscript(name: MachineName) -> MachineSpec? {
        positions[name].map { machines[$0] }
    }

    /// These machines and all that they wait for, directly or not.
    package func withDependencies(_ names: [MachineName]) -> Set<MachineName> {
        var found = Set(names)
        // each comes after what it waits for, so one pass from the last to the first finds all
        for machine in machines.reversed() where found.contains(machine.name.value) {
            found.formUnion((edges[machine.name.value] ?? []).map(\.target))
        }
        return found
    }

    /// Resolves the dependencies of a project. Unknown names, self-references and cycles are reported, each where it is
    /// written, and leave no graph.
    package static func build(_ envfile: Envfile, reporting diagnostics: inout [Diagnostic]) -> MachineGraph? {
        var resolver = DependencyResolver(envfile.machines)
        resolver.resolve()
        let order = resolver.hasErrors ? nil : resolver.order()
        diagnostics += resolver.diagnostics
        guard let order else { return nil }
        return MachineGraph(envfile: envfile, order: order, edges: resolver.edges)
    }

    private init(envfile: Envfile, order: [Int], edges: [[Edge]]) {
        self.envfile = envfile
        machines = order.map { envfile.machines[$0] }
        let names = envfile.machines.map(\.name.value)
        self.edges = Dictionary(uniqueKeysWithValues: zip(names, edges))
        positions = Dictionary(uniqueKeysWithValues: machines.enumerated().map { ($1.name.value, $0) })
    }
}
