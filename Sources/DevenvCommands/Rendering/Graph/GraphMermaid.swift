import DevenvDiagnostics
import DevenvModel

/// A machine graph as a flowchart of Mermaid, which many viewers of Markdown draw.
package enum GraphMermaid {
    /// The description: machines are boxes, arrows lead to what they wait for, networks are rounded.
    package static func render(_ drawing: GraphDrawing) -> String {
        // a name may be a word of the language, such as 'end'
        let ids = Dictionary(
            drawing.machines.enumerated().map { ($1.name.value, "m\($0)") }
        ) { first, _ in first }
        let networks = Dictionary(drawing.networks.enumerated().map { ($1, "n\($0)") }) { first, _ in first }
        var lines = ["flowchart LR"]
        for machine in drawing.machines {
            let label = [machine.name.value.rawValue] + GraphDrawing.details(machine)
            lines.append("    \(ids[machine.name.value] ?? "")[\"\(label.map(escape).joined(separator: "<br/>"))\"]")
        }
        for machine in drawing.machines {
            for edge in drawing.edges[machine.name.value] ?? [] {
                lines.append(
                    "    \(ids[machine.name.value] ?? "") -->|\(edge.condition.rawValue)| \(ids[edge.target] ?? "")")
            }
        }
        lines += drawing.networks.map { "    \(networks[$0] ?? "")([\"\(escape($0.rawValue))\"])" }
        for machine in drawing.machines {
            for interface in machine.interfaces {
                guard let network = networks[interface.network] else { continue }
                lines.append("    \(ids[machine.name.value] ?? "") -.-|\(interface.address)| \(network)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Its labels take characters by their numbers, `#34;`.
    private static func escape(_ text: String) -> String {
        SafeText.singleLine(text).map { character in
            guard "\"#<>&`".contains(character), let code = character.unicodeScalars.first else {
                return String(character)
            }
            return "#\(code.value);"
        }.joined()
    }
}
