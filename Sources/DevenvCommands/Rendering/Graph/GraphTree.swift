import DevenvDiagnostics
import DevenvModel

/// A machine graph as a tree of lines: below each machine what it waits for.
package enum GraphTree {
    /// The lines. What a machine waits for is shown once, where it is met first.
    package static func render(_ drawing: GraphDrawing, on surface: Console.Surface) -> String {
        var writer = Writer(drawing, surface)
        writer.draw()
        return writer.text
    }

    private struct Writer {
        /// A line that is still to be written.
        private struct Line {
            let name: MachineName
            let condition: DependencyCondition?
            let isLast: Bool
            let margin: String
        }

        private let drawing: GraphDrawing
        private let surface: Console.Surface
        private let machines: [MachineName: MachineSpec]
        private var shown: Set<MachineName> = []
        private(set) var text: String

        private var style: TextStyle { surface.style }

        init(_ drawing: GraphDrawing, _ surface: Console.Surface) {
            self.drawing = drawing
            self.surface = surface
            machines = Dictionary(drawing.machines.map { ($0.name.value, $0) }) { first, _ in first }
            text = surface.style.paint(drawing.project, .strong) + "\n"
        }

        /// Without recursion: a chain may have as many machines as a file has lines.
        mutating func draw() {
            var waiting = lines(drawing.roots.map { ($0.name.value, nil) }, margin: "")
            while let line = waiting.popLast() {
                let isRepeated = !shown.insert(line.name).inserted
                let edges = drawing.edges[line.name] ?? []
                write(line, omits: isRepeated && !edges.isEmpty, isRepeated: isRepeated)
                guard !isRepeated else { continue }
                let margin = line.margin + (line.isLast ? "    " : surface.isUnicode ? "│   " : "|   ")
                waiting += lines(edges.map { ($0.target, $0.condition) }, margin: margin)
            }
        }

        /// The last first, as they are taken from the end.
        private func lines(_ entries: [(MachineName, DependencyCondition?)], margin: String) -> [Line] {
            entries.enumerated().reversed().map { number, entry in
                Line(name: entry.0, condition: entry.1, isLast: number == entries.count - 1, margin: margin)
            }
        }

        private mutating func write(_ line: Line, omits: Bool, isRepeated: Bool) {
            let branch = surface.isUnicode ? (line.isLast ? "└── " : "├── ") : (line.isLast ? "`-- " : "|-- ")
            text += style.paint(line.margin + branch, .faint)
            text += line.name.rawValue
            if let condition = line.condition { text += " " + style.paint("(\(condition.rawValue))", .notable) }
            let details = isRepeated ? [] : machines[line.name].map(Self.details) ?? []
            if !details.isEmpty {
                text += "  " + style.paint(SafeText.singleLine(details.joined(separator: ", ")), .faint)
            }
            if omits { text += "  " + style.paint("as above", .faint) }
            text += "\n"
        }

        private static func details(_ machine: MachineSpec) -> [String] {
            let networks = machine.interfaces.filter { $0.network != .standard }
            return GraphDrawing.details(machine) + networks.map { "\($0.network) \($0.address)" }
        }
    }
}
