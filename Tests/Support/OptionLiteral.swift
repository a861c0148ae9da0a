import DevenvDiagnostics
package import DevenvModel

/// Options as tests write them: `["playbook": "site.yml", "become": true]`.
package struct OptionLiteral: Sendable {
    /// What they are to a provisioner.
    package let tree: OptionTree

    /// A text that is worked out.
    package static func text(_ text: String) -> OptionLiteral { OptionLiteral(tree: OptionTree(.string(text))) }
}

extension OptionLiteral: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// A text.
    package init(stringLiteral text: String) { self = .text(text) }
    /// A boolean.
    package init(booleanLiteral flag: Bool) { tree = OptionTree(.boolean(flag)) }
    /// A list.
    package init(arrayLiteral items: OptionLiteral...) { tree = OptionTree(.list(items.map(\.tree))) }
    /// A map.
    package init(dictionaryLiteral entries: (String, OptionLiteral)...) {
        tree = OptionTree(.map(entries.map { OptionTree.Entry(key: Located($0.0), value: $0.1.tree) }))
    }
}
