import DevenvDiagnostics
import DevenvYAML

/// What must hold of the tree of one file.
struct TreeInvariants {
    private let text: TextExtent
    private var found: [String] = []
    /// A tree of many aliases has far more nodes than its file has bytes; those looked at first stand for the others.
    private var left = 50_000

    private init(_ text: TextExtent) { self.text = text }

    static func violations(of text: TextExtent) -> [String] {
        var diagnostics: [Diagnostic] = []
        guard let root = YAMLReader.read(text.source, reporting: &diagnostics) else {
            return diagnostics.hasErrors || !diagnostics.contains { $0.severity == .warning }
                ? [] : ["no tree, and nothing but warnings"]
        }
        var check = TreeInvariants(text)
        check.visit(root, depth: 0)
        if root.size > YAMLLimits.nodes { check.found.append("a tree of \(root.size) nodes") }
        return check.found
    }

    private mutating func visit(_ node: YAMLNode, depth: Int) {
        guard left > 0 else { return }
        left -= 1
        check(node.location)
        switch node.content {
        case .scalar: break
        case .sequence(let items):
            if depth >= YAMLLimits.depth { found.append("a list within \(depth) others") }
            for item in items { visit(item, depth: depth + 1) }
        case .mapping(let entries):
            if depth >= YAMLLimits.depth { found.append("a map within \(depth) others") }
            if Set(entries.map(\.key.value)).count < entries.count { found.append("a map has a key twice") }
            for entry in entries {
                check(entry.key.location)
                visit(entry.value, depth: depth + 1)
            }
        }
    }

    private mutating func check(_ location: SourceLocation?) {
        guard let location else { return found.append("a node without a place") }
        if let fault = text.fault(of: location) { found.append("node: \(fault)") }
    }
}
