import DevenvDiagnostics
import DevenvModel
import DevenvYAML
import SystemPackage

/// An item of a definition's `scripts`: a file, or a map that says more.
enum BoxScriptKeys {
    struct Draft: Sendable {
        var path: Located<FilePath>?
        var inline: String?
        var arguments: [String] = []
        var environment: [(key: Located<String>, value: String)] = []
        var network = false
    }

    static let table = KeyTable<Draft>(
        "an item of 'scripts'",
        [
            Key("path", \.path, ValueType<FilePath>.hostPath.located, "a file of the project"),
            Key("inline", \.inline, .script, "the script itself, in place of 'path'"),
            Key("args", \.arguments, ValueType<String>.anyScalar.list, "what it is given"),
            Key("env", \.environment, ValueType<String>.anyScalar.map, "variables of its environment"),
            Key("network", \.network, .boolean, "whether it may use the network"),
        ])

    private static let short = ValueType<FilePath>.hostPath.then { path, node, scope in
        content(Draft(path: Located(path, at: node.location)), node, &scope)
    }

    static let type: ValueType<BoxScript> = ValueType<Draft>.object(table, Draft())
        .then { draft, node, scope in content(draft, node, &scope) }.orShort(short)

    private static func content(_ draft: Draft, _ node: YAMLNode, _ scope: inout Scope) -> BoxScript? {
        for (key, _) in draft.environment where !isVariable(key.value) {
            scope.problems.error("'\(key.value)' can't be the name of a variable", at: key.location)
        }
        let content = BoxFileKeys.content(
            draft.path, draft.inline, ("path", "inline"), "an item of 'scripts'", node, &scope)
        guard let content else { return nil }
        var label = "the script in line \(node.location?.line ?? 0)"
        if case .path(let path) = content {
            label = "'\(HostPlace.relative(path, to: scope.directory))'"
            if scope.isDirectory(path) {
                scope.problems.error("\(label) is a directory, not a script", at: draft.path?.location)
            }
        }
        return BoxScript(
            content, label: label, arguments: draft.arguments,
            environment: Dictionary(draft.environment.map { ($0.key.value, $0.value) }) { first, _ in first },
            hasNetwork: draft.network)
    }

    private static func isVariable(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }
}
