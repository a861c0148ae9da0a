import DevenvDiagnostics
import DevenvTestSupport
import DevenvYAML

/// A tree in one line, for comparisons: `{a: 1, b: [true, "x", null]}`.
func outline(_ node: YAMLNode?) -> String {
    switch node?.content {
    case nil: "nothing"
    case .scalar(let scalar): outline(scalar.value)
    case .sequence(let items): "[" + items.map { outline($0) }.joined(separator: ", ") + "]"
    case .mapping(let entries):
        "{" + entries.map { "\($0.key.value): \(outline($0.value))" }.joined(separator: ", ") + "}"
    }
}

private func outline(_ value: YAMLScalar.Value) -> String {
    switch value {
    case .null: "null"
    case .boolean(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let text): "\"\(text)\""
    }
}

/// Reads a text that must have no mistakes.
func read(_ text: String) -> (outline: String, problems: [String]) {
    let marked = MarkedText(text)
    var diagnostics: [Diagnostic] = []
    let node = YAMLReader.read(marked.source, reporting: &diagnostics)
    return (outline(node), marked.describe(diagnostics))
}
