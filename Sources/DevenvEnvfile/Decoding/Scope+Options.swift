import DevenvDiagnostics
import DevenvModel
import DevenvYAML

extension Scope {
    /// A node as options for a provider or a provisioner. With `secrets`, a text `secret:NAME` must name one that is declared.
    mutating func options(_ node: YAMLNode, secrets: Bool = false) -> OptionTree {
        switch node.content {
        case .sequence(let items):
            return OptionTree(.list(items.map { options($0, secrets: secrets) }), at: node.location)
        case .mapping(let entries):
            let converted = entries.map { OptionTree.Entry(key: $0.key, value: options($0.value, secrets: secrets)) }
            return OptionTree(.map(converted), at: node.location)
        case .scalar(let written):
            guard case .scalar(let scalar, _) = read(node) else {
                return OptionTree(.string(written.text), at: node.location)
            }
            if secrets { checkSecret(scalar.text, at: node.location) }
            return OptionTree(scalar.value, scalar.text, at: node.location)
        }
    }

    /// A node as a script: its text as it stands, or a list of such texts.
    func script(_ node: YAMLNode) -> OptionTree {
        switch node.content {
        case .sequence(let items): OptionTree(.list(items.map(script)), at: node.location)
        case .mapping(let entries):
            OptionTree(.map(entries.map { OptionTree.Entry(key: $0.key, value: script($0.value)) }), at: node.location)
        case .scalar(let scalar): OptionTree(scalar.value, scalar.text, at: node.location)
        }
    }

    private mutating func checkSecret(_ text: String, at location: SourceLocation?) {
        guard text.hasPrefix("secret:") else { return }
        let name = String(text.dropFirst("secret:".count))
        guard SecretKeys.isName(name), !secretNames.contains(name) else { return }
        problems.error(
            "there is no secret '\(name)'", at: location,
            help: Suggestion.help(for: name, among: secretNames) ?? "declare it under 'secrets'")
    }
}

extension OptionTree {
    fileprivate init(_ value: YAMLScalar.Value, _ text: String, at location: SourceLocation?) {
        switch value {
        case .null: self.init(.null, at: location)
        case .boolean(let flag): self.init(.boolean(flag), at: location, spelling: text)
        case .integer(let number): self.init(.integer(number), at: location, spelling: text)
        case .number(let number): self.init(.number(number), at: location, spelling: text)
        case .string(let text): self.init(.string(text), at: location)
        }
    }
}
