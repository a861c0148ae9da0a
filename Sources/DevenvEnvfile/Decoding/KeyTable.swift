import DevenvDiagnostics
import DevenvModel
import DevenvYAML

/// One key of a map in the Envfile: what it means, what its value looks like, and how that gets into the target.
struct Key<Target>: Sendable {
    let description: KeyDescription
    fileprivate let apply: @Sendable (YAMLNode, inout Scope, inout Target) -> Void

    /// A key whose value is stored.
    init<Value>(
        _ name: String, _ path: any WritableKeyPath<Target, Value> & Sendable, _ type: ValueType<Value>,
        _ summary: String, isRequired: Bool = false
    ) {
        description = KeyDescription(name: name, summary: summary, shape: type.shape, isRequired: isRequired)
        apply = { node, scope, target in
            if let value = type.decode(node, name, &scope) { target[keyPath: path] = value }
        }
    }

    /// A key whose value is stored where there may be none.
    init<Value>(
        _ name: String, _ path: any WritableKeyPath<Target, Value?> & Sendable, _ type: ValueType<Value>,
        _ summary: String, isRequired: Bool = false
    ) {
        description = KeyDescription(name: name, summary: summary, shape: type.shape, isRequired: isRequired)
        apply = { node, scope, target in
            if let value = type.decode(node, name, &scope) { target[keyPath: path] = value }
        }
    }

    /// A key that another step decodes.
    init(_ name: String, handledElsewhere shape: Shape, _ summary: String, isRequired: Bool = false) {
        description = KeyDescription(name: name, summary: summary, shape: shape, isRequired: isRequired)
        apply = { _, _, _ in }
    }
}

/// The keys of one kind of map.
struct KeyTable<Target>: Sendable {
    /// Takes a key that is not in the table; false where it is nothing that the map may have.
    typealias Other = @Sendable (YAMLNode.Entry, inout Scope, inout Target) -> Bool

    /// The keys in the order that they are decoded in, whatever the order in the file is.
    let keys: [Key<Target>]
    private let subject: String
    private let positions: [String: Int]
    private let other: Other?
    private let otherNames: @Sendable (Scope) -> [String]
    private let otherKeys: Shape.OtherKeys

    /// Makes a table; `subject` is the map's name in messages, such as `a machine`; `otherKeys` and `otherNames` say which keys
    /// `other` takes, for schemas and for suggestions.
    init(
        _ subject: String, _ keys: [Key<Target>], otherKeys: Shape.OtherKeys = .none, other: Other? = nil,
        otherNames: @escaping @Sendable (Scope) -> [String] = { _ in [] }
    ) {
        self.subject = subject
        self.keys = keys
        self.other = other
        self.otherNames = otherNames
        self.otherKeys = otherKeys
        positions = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1.description.name, $0) })
    }

    /// What the map looks like.
    var shape: Shape { .object(keys.map(\.description), others: otherKeys) }

    /// Decodes a map. Keys that are null count as absent; everything wrong is reported.
    func decode(_ node: YAMLNode, _ label: String, into target: inout Target, _ scope: inout Scope) {
        guard case .mapping(let entries) = node.content else {
            if !node.isNull { return scope.refuse(node, label, "a map") }
            return reportMissing([], node, &scope)
        }
        var known: [(position: Int, value: YAMLNode)] = []
        for entry in entries {
            if let position = positions[entry.key.value] {
                if !entry.value.isNull { known.append((position, entry.value)) }
            } else if other?(entry, &scope, &target) != true {
                reportUnknown(entry.key, &scope)
            }
        }
        known.sort { $0.position < $1.position }
        for item in known { keys[item.position].apply(item.value, &scope, &target) }
        reportMissing(known.map(\.position), node, &scope)
    }

    private func reportUnknown(_ key: Located<String>, _ scope: inout Scope) {
        let names = keys.map(\.description.name) + otherNames(scope)
        scope.problems.unknown(
            "\(subject) has no key '\(key.value)'", word: key.value, among: names, set: subject, at: key.location)
    }

    private func reportMissing(_ present: [Int], _ node: YAMLNode, _ scope: inout Scope) {
        for (position, key) in keys.enumerated() where key.description.isRequired && !present.contains(position) {
            scope.problems.error("\(subject) needs the key '\(key.description.name)'", at: node.location)
        }
    }
}
