import DevenvDiagnostics
import DevenvModel
import DevenvYAML

/// An item of `provision`.
enum ProvisionKeys {
    struct Draft: Sendable {
        var name: Located<String>?
        var run = RunPolicy.changed
        var depends: [Located<String>] = []
        var timeout: Duration?
        /// The keys that are none of these: the provisioner.
        var kinds: [YAMLNode.Entry] = []
    }

    static let table = KeyTable<Draft>(
        "an item of 'provision'",
        [
            Key("name", \.name, name, "its name; the provisioner's and its place in the list by default"),
            Key("run", \.run, .choice, "changed, which is the default, once, always, or never (only when named)"),
            Key("depends", \.depends, name.oneOrMore, "items of the same machine that must have run before it"),
            Key("timeout", \.timeout, .duration, "how long it may take"),
        ],
        otherKeys: .provisioner,
        other: { entry, _, draft in
            draft.kinds.append(entry)
            return true
        })

    /// The items of one machine.
    static let type: ValueType<[ProvisionerSpec]> = ValueType(
        .list(table.shape)
    ) { node, label, scope in
        guard case .sequence(let items) = node.content else {
            scope.refuse(node, label, "a list")
            return nil
        }
        let specs = items.enumerated().compactMap { item($1, place: $0 + 1, &scope) }
        ProvisionOrder.check(specs, &scope)
        return specs
    }

    /// Records and logs of an item are files of its name.
    private static let name = ValueType<String>.parsed("a name of at most 100 characters without '/'", format: "item") {
        let isPlain = $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "/" }
        return isPlain && (1...100).contains($0.utf8.count) && !$0.hasPrefix(".") ? $0 : nil
    }.located

    private static func item(_ node: YAMLNode, place: Int, _ scope: inout Scope) -> ProvisionerSpec? {
        var draft = Draft()
        guard case .mapping = node.content else {
            scope.refuse(node, "provision", "a list of maps such as 'shell: apt-get update'")
            return nil
        }
        table.decode(node, "provision", into: &draft, &scope)
        guard let kind = kind(of: draft, node, &scope) else { return nil }
        return ProvisionerSpec(
            name: draft.name ?? Located("\(kind.key.value)-\(place)", at: kind.key.location), kind: kind.key,
            options: options(of: kind, &scope), run: draft.run, depends: draft.depends, timeout: draft.timeout)
    }

    private static func kind(of draft: Draft, _ node: YAMLNode, _ scope: inout Scope) -> YAMLNode.Entry? {
        if draft.kinds.count == 1 { return draft.kinds[0] }
        guard let second = draft.kinds.dropFirst().first else {
            scope.problems.error(
                "an item of 'provision' needs a provisioner", at: node.location, help: "such as 'shell' or 'file'")
            return nil
        }
        let own = table.keys.map(\.description.name)
        let suggestion = draft.kinds.lazy.compactMap { entry in
            Suggestion.nearest(to: entry.key.value, among: own).map { (entry.key, $0) }
        }.first
        let names = draft.kinds.map { "'\($0.key.value)'" }.joined(separator: " and ")
        scope.problems.error(
            "an item of 'provision' has one provisioner, not \(names)", at: (suggestion?.0 ?? second.key).location,
            help: suggestion.map { "did you mean '\($0.1)'?" } ?? "make it an item for each")
        return nil
    }

    /// The provisioner's options. What is a script of the guest's is left byte for byte as it stands.
    private static func options(of kind: YAMLNode.Entry, _ scope: inout Scope) -> OptionTree {
        guard case .mapping(let entries) = kind.value.content else {
            return kind.key.value == "shell" ? scope.script(kind.value) : scope.options(kind.value, secrets: true)
        }
        let converted = entries.map { entry in
            let isScript = entry.key.value == "inline"
            return OptionTree.Entry(
                key: entry.key, value: isScript ? scope.script(entry.value) : scope.options(entry.value, secrets: true))
        }
        return OptionTree(.map(converted), at: kind.value.location)
    }
}
