import DevenvDiagnostics
package import DevenvModel
import DevenvYAML
import SystemPackage

/// The keys at the top of an Envfile.
package enum EnvfileKeys {
    struct Draft: Sendable {
        var version: Int?
        var name: Located<ProjectName>?
        var providers: [Located<ProviderName>] = []
        var catalogs: [Located<CatalogSpec>] = []
        var secrets: [String: Located<SecretSource>] = [:]
        var hooks: [HostHook] = []
        var networks: [Located<NetworkSpec>] = []
        var machines: YAMLNode?
        var defaults: YAMLNode?
    }

    /// What an Envfile looks like.
    package static var shape: Shape { table.shape }

    /// The keys of the top, with all that they hold.
    package static var descriptions: [KeyDescription] { table.keys.map(\.description) }

    static let table = KeyTable<Draft>(
        "an Envfile",
        [
            Key("version", \.version, version, "the version of this format: 1", isRequired: true),
            Key(
                "include", handledElsewhere: ValueType<String>.text.oneOrMore.shape,
                "files that this one is merged over"),
            Key("name", \.name, name, "the project's name; the directory's by default"),
            Key("vars", handledElsewhere: ValueType<String>.anyScalar.map.shape, "values for ${var.NAME}"),
            Key("provider", \.providers, MachineKeys.providers, "a provider, or several in order of preference"),
            Key(
                "catalogs", \.catalogs, CatalogKeys.type.oneOrMore,
                "where boxes are looked for, before your own catalogs"),
            Key("secrets", \.secrets, secrets, "secrets that provisioners may name as secret:NAME"),
            Key("hooks", \.hooks, HookKeys.type, "commands of this host that go with those of devenv"),
            Key("networks", \.networks, NetworkKeys.declarations, "the networks of the project"),
            Key(
                "defaults", \.defaults, node(MachineKeys.table.shape),
                "what holds for every machine that says nothing else"),
            Key("machines", \.machines, node(.map(MachineKeys.table.shape)), "the machines", isRequired: true),
        ],
        otherKeys: .ignored(prefix: "x-"), other: { entry, _, _ in entry.key.value.hasPrefix("x-") })

    /// The variables in the order written; each may use those above it.
    static func decodeVariables(_ root: YAMLNode, _ scope: inout Scope) {
        guard let node = root["vars"], !node.isNull else { return }
        guard case .mapping(let entries) = node.content else { return scope.refuse(node, "vars", "a map") }
        for entry in entries {
            let value = ValueType<String>.anyScalar.decode(entry.value, entry.key.value, &scope)
            scope.values.variables[entry.key.value] = value ?? ""
        }
    }

    /// The project's name as written, or made from its directory.
    static func decodeName(_ root: YAMLNode, _ scope: inout Scope) -> ProjectName {
        let written = root["name"].flatMap { $0.isNull ? nil : name.decode($0, "name", &scope) }
        let directory = scope.directory.lastComponent?.string ?? ""
        return written?.value ?? ProjectName.madeSafe(directory, fallback: "project")
    }

    private static let name = ValueType<ProjectName>.label.located

    private static let version = ValueType<Int>(.choice(["1"])) { node, label, scope in
        guard case .scalar(let scalar, _) = scope.read(node), scalar.value == .integer(1) else {
            scope.refuse(node, label, "1, the only version of the format that this devenv knows")
            return nil
        }
        return 1
    }

    private static let secrets = SecretKeys.type.map.then { entries, _, scope in
        for (key, _) in entries where !SecretKeys.isName(key.value) {
            scope.problems.error("'\(key.value)' must be a name of letters, digits, '_', '-' and '.'", at: key.location)
        }
        return Dictionary(entries.map { ($0.key.value, $0.value) }) { first, _ in first }
    }

    private static func node(_ shape: Shape) -> ValueType<YAMLNode> {
        ValueType(shape) { node, label, scope in
            guard case .mapping = node.content else {
                scope.refuse(node, label, "a map")
                return nil
            }
            return node
        }
    }
}
