import DevenvDiagnostics
import DevenvModel
import SystemPackage

/// What must hold of the machines of a project that has nothing wrong.
enum GraphInvariants {
    static func violations(of graph: MachineGraph) -> [String] {
        orderViolations(of: graph) + graph.machines.flatMap { violations(of: $0) } + sharedViolations(of: graph)
            + NetworkInvariants.violations(of: graph)
    }

    /// Every machine stands behind all that it waits for: there is no cycle, and names are unique.
    private static func orderViolations(of graph: MachineGraph) -> [String] {
        var found: [String] = []
        var places: [MachineName: Int] = [:]
        for (place, machine) in graph.machines.enumerated() {
            let name = machine.name.value
            if places.updateValue(place, forKey: name) != nil { found.append("two machines are named \(name)") }
            if !MachineName.isValid(name.rawValue) { found.append("\(name) is no name") }
            if graph[name]?.name.value != name { found.append("\(name) is not found by its name") }
            for edge in graph.edges[name] ?? [] where places[edge.target].map({ $0 < place }) != true {
                found.append("\(name) waits for \(edge.target), which does not stand before it")
            }
        }
        if graph.machines.count != graph.envfile.machines.count { found.append("the graph lacks machines") }
        if graph.machines.isEmpty { found.append("a graph without machines") }
        return found
    }

    private static func violations(of machine: MachineSpec) -> [String] {
        let items = Set(machine.provisioners.map(\.name.value))
        let sizes = [machine.memory, machine.disk].compactMap { $0?.bytes }
        let times =
            [machine.bootTimeout, machine.stopTimeout] + machine.provisioners.compactMap(\.timeout)
            + machine.readyChecks.flatMap { [$0.timeout, $0.interval] }
        let rules: [(String, Bool)] = [
            ("items of 'provision' share a name", items.count == machine.provisioners.count),
            (
                "'depends' names no item",
                machine.provisioners.allSatisfy { $0.depends.allSatisfy { items.contains($0.value) } }
            ),
            ("no size", sizes.allSatisfy { $0 > 0 }), ("no time", times.allSatisfy { $0 > .zero }),
            ("no processors", machine.cpus.map { $0 > 0 } ?? true), ("no host name", !machine.hostname.isEmpty),
            ("no group", machine.groups.allSatisfy(MachineName.isValid)),
            ("no port", machine.forwards.allSatisfy { $0.value.host > 0 && $0.value.guest > 0 }),
            ("a folder has no absolute source", machine.folders.allSatisfy(\.source.value.isAbsolute)),
        ]
        return rules.filter { !$0.1 }.map { "\(machine.name.value): \($0.0)" }
    }

    private static func sharedViolations(of graph: MachineGraph) -> [String] {
        let fixed = graph.machines.flatMap(\.forwards).map(\.value).filter { !$0.isAutomatic }
        let ports = Set(fixed.map { "\($0.address) \($0.host) \($0.transport)" })
        return (ports.count < fixed.count ? ["two forwards take a port of the host"] : [])
            + (graph.machines.count(where: \.isPrimary) > 1 ? ["two primary machines"] : [])
            + (ProjectName.isValid(graph.envfile.name.rawValue) ? [] : ["\(graph.envfile.name) is no name"])
    }
}
