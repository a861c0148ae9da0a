import DevenvDiagnostics
import DevenvModel
import DevenvYAML

/// `depends_on`: a list of machines, or a map from machines to conditions.
enum DependencyKeys {
    static let type = ValueType<[Dependency]>(
        .either([.list(name.shape), .map(ValueType<DependencyCondition>.choice.shape)])
    ) { node, label, scope in
        if case .mapping = node.content {
            return conditions.decode(node, label, &scope)?.map { Dependency(on: $0.key, $0.value) }
        }
        return name.oneOrMore.decode(node, label, &scope)?.map { Dependency(on: $0, .provisioned) }
    }

    private static let conditions = ValueType<DependencyCondition>.choice.map
    private static let name = ValueType<String>.parsed("the name of a machine", format: "machine") { $0 }.located
}
