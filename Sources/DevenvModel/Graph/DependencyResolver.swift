import DevenvDiagnostics

/// Turns the `depends_on` names of machines into edges and an order.
struct DependencyResolver {
    /// The edges of each machine, by its position.
    private(set) var edges: [[MachineGraph.Edge]] = []
    private(set) var diagnostics: [Diagnostic] = []
    private let machines: [MachineSpec]
    private let positions: [MachineName: Int]
    private let families: [String: [MachineName]]
    private var suggestions: [String: String?] = [:]
    /// Where something has been reported: the mistake of one line is that of every machine that it is for.
    private var reported: Set<SourceLocation> = []
    /// Each machine of a `count` may wait for each of another, which soon comes to more than there is memory for.
    private static let limit = 1_000_000
    private var size = 0

    init(_ machines: [MachineSpec]) {
        self.machines = machines
        positions = Dictionary(machines.enumerated().map { ($1.name.value, $0) }) { first, _ in first }
        families = Dictionary(grouping: machines, by: \.family).mapValues { $0.map(\.name.value) }
    }

    var hasErrors: Bool { diagnostics.hasErrors }

    /// Finds the machines behind every name.
    mutating func resolve() {
        edges = machines.map { machine in machine.dependencies.flatMap { edges(of: $0, in: machine) } }
    }

    private mutating func edges(of dependency: Dependency, in machine: MachineSpec) -> [MachineGraph.Edge] {
        let name = dependency.target.value
        let targets = families[name] ?? MachineName(rawValue: name).flatMap { positions[$0] == nil ? nil : [$0] } ?? []
        if targets.isEmpty {
            let help = suggestion(for: name)
            report("machine '\(machine.name.value)' depends on '\(name)', which is no machine", dependency, help)
        }
        if targets.contains(machine.name.value) {
            let help = "remove '\(name)' from its depends_on"
            report("machine '\(machine.name.value)' depends on itself", dependency, help)
            return []
        }
        guard size + targets.count <= Self.limit else {
            report("the machines depend on each other in more than \(Self.limit) ways", dependency, nil)
            return []
        }
        size += targets.count
        return targets.map { MachineGraph.Edge($0, dependency.condition) }
    }

    private mutating func report(_ message: String, _ dependency: Dependency, _ help: String?) {
        let place = dependency.target.location
        if let place, !reported.insert(place).inserted { return }
        diagnostics.append(.error(message, at: place, help: help))
    }

    /// The machine that was probably meant. Every word is compared with every name, so that each word is looked up once,
    /// and only so many words are: the time must not grow with the square of the file.
    private mutating func suggestion(for name: String) -> String? {
        if let known = suggestions[name] { return known }
        guard suggestions.count < 20 else { return nil }
        let known = Set(families.keys).union(machines.lazy.map(\.name.value.rawValue))
        let help = Suggestion.help(for: name, among: known)
        suggestions[name] = .some(help)
        return help
    }

    /// The positions of the machines, each after those that it waits for; nil with a report where there is a cycle.
    /// Iterative: a chain of 10,000 machines must not end on the stack's guard page.
    mutating func order() -> [Int]? {
        var state = [Visit](repeating: .new, count: machines.count)
        var order: [Int] = []
        for root in machines.indices where state[root] == .new {
            var path: [(machine: Int, next: Int)] = [(root, 0)]
            state[root] = .open
            while let top = path.last {
                guard top.next < edges[top.machine].count else {
                    state[top.machine] = .done
                    order.append(top.machine)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                guard let target = positions[edges[top.machine][top.next].target] else { continue }
                switch state[target] {
                case .new:
                    state[target] = .open
                    path.append((target, 0))
                case .open:
                    report(cycle: path.map(\.machine).drop { $0 != target } + [target])
                    return nil
                case .done: break
                }
            }
        }
        return order
    }

    private enum Visit { case new, open, done }

    private mutating func report(cycle: [Int]) {
        let names = cycle.map { machines[$0].name.value.rawValue }
        let notes = zip(cycle, cycle.dropFirst()).map { from, to in
            Diagnostic.Note(
                "'\(machines[from].name.value)' waits for '\(machines[to].name.value)' here",
                at: place(from: from, to: to))
        }
        diagnostics.append(
            .error(
                "the machines wait for each other: \(names.joined(separator: " -> "))", at: notes[0].location,
                help: "remove one of these from depends_on", notes: notes))
    }

    private func place(from: Int, to: Int) -> SourceLocation? {
        let target = machines[to]
        return machines[from].dependencies.first {
            $0.target.value == target.family || $0.target.value == target.name.value.rawValue
        }?.target.location
    }
}
