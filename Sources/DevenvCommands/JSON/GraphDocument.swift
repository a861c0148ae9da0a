import DevenvDiagnostics
import DevenvModel

/// The answer of `graph --json`.
struct GraphDocument: Encodable {
    let schema = JSONText.schema
    let project: String
    let machines: [Machine]

    init(_ drawing: GraphDrawing) {
        project = drawing.project
        machines = drawing.machines.map { Machine($0, drawing.edges[$0.name.value] ?? []) }
    }

    /// One machine, with what it waits for.
    struct Machine: Encodable {
        let name: String
        let box: String?
        let cpus: Int?
        let memoryBytes: Int64?
        let networks: [String: String]
        let forwards: [ForwardObject]
        let dependsOn: [Dependency]

        init(_ machine: MachineSpec, _ edges: [MachineGraph.Edge]) {
            name = machine.name.value.rawValue
            box = machine.box?.value.description
            cpus = machine.cpus
            memoryBytes = machine.memory?.bytes
            networks = Dictionary(machine.interfaces.map { ($0.network.rawValue, $0.address.description) }) {
                first, _ in first
            }
            forwards = machine.forwards.map { ForwardObject($0.value) }
            dependsOn = edges.map { Dependency(machine: $0.target.rawValue, condition: $0.condition.rawValue) }
        }
    }

    /// One machine that is waited for.
    struct Dependency: Encodable {
        let machine: String
        let condition: String
    }

    private enum CodingKeys: String, CodingKey { case schema, project, machines }
}
