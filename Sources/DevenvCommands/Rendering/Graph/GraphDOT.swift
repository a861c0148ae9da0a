import DevenvDiagnostics
import DevenvModel

/// A machine graph in the language of Graphviz (dot(1), "The DOT Language").
package enum GraphDOT {
    /// The description: machines are boxes, arrows lead to what they wait for, networks are ellipses.
    package static func render(_ drawing: GraphDrawing) -> String {
        var lines = [
            "digraph \(quote(drawing.project)) {",
            "    rankdir=LR",
            "    node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11]",
            "    edge [fontname=\"sans-serif\", fontsize=9]",
        ]
        lines += drawing.machines.map { machine in
            let label = ([machine.name.value.rawValue] + GraphDrawing.details(machine)).joined(separator: "\n")
            return "    \(quote(machine.name.value.rawValue)) [label=\(quote(label))]"
        }
        lines += drawing.machines.flatMap { edges(of: $0, drawing) }
        lines += drawing.networks.map {
            "    \(id(of: $0)) [label=\(quote($0.rawValue)), shape=ellipse, style=dashed]"
        }
        lines += drawing.machines.flatMap(links)
        return lines.joined(separator: "\n") + "\n}\n"
    }

    private static func edges(of machine: MachineSpec, _ drawing: GraphDrawing) -> [String] {
        (drawing.edges[machine.name.value] ?? []).map { edge in
            let (from, to) = (quote(machine.name.value.rawValue), quote(edge.target.rawValue))
            return "    \(from) -> \(to) [label=\(quote(edge.condition.rawValue))]"
        }
    }

    private static func links(of machine: MachineSpec) -> [String] {
        machine.interfaces.filter { $0.network != .standard }.map { interface in
            let ends = "\(quote(machine.name.value.rawValue)) -> \(id(of: interface.network))"
            return "    \(ends) [label=\(quote(interface.address.description)), style=dashed, dir=none]"
        }
    }

    /// A network may be called as a machine is.
    private static func id(of network: NetworkName) -> String { quote("network \(network.rawValue)") }

    private static func quote(_ text: String) -> String {
        let safe = text.split(separator: "\n").map { SafeText.singleLine(String($0)) }.joined(separator: "\n")
        let escaped = safe.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(escaped)\""
    }
}
