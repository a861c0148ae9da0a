package import DevenvDiagnostics

/// One value of a YAML document with its place; aliases and merge keys are resolved, so that a tree has neither.
package struct YAMLNode: Sendable {
    /// One entry of a mapping; the keys of a mapping are unique.
    package struct Entry: Sendable {
        /// The key as text, whatever scalar it was written as, and its place.
        package let key: Located<String>
        /// Its value.
        package let value: YAMLNode

        /// Makes an entry.
        package init(key: Located<String>, value: YAMLNode) {
            self.key = key
            self.value = value
        }
    }

    /// What was written.
    package enum Content: Sendable {
        /// Text, a number, a boolean or nothing.
        case scalar(YAMLScalar)
        /// A list.
        case sequence([YAMLNode])
        /// A map, in the order written.
        case mapping([Entry])
    }

    /// What was written.
    package let content: Content
    /// Where it was written; for an alias, where the anchor is.
    package let location: SourceLocation?
    /// Whether the list carries the tag `!append`.
    package let isAppended: Bool
    /// How many nodes the tree has, itself included, every alias counted as what it stands for.
    package let size: Int

    /// Makes a node.
    package init(_ content: Content, at location: SourceLocation?, isAppended: Bool = false) {
        self.init(content, at: location, isAppended: isAppended, merging: [])
    }

    /// Makes a node that counts maps which are still to be merged into it.
    init(_ content: Content, at location: SourceLocation?, isAppended: Bool, merging others: [YAMLNode]) {
        self.content = content
        self.location = location
        self.isAppended = isAppended
        let own =
            switch content {
            case .scalar: 1
            case .sequence(let items): items.reduce(1) { Self.sum($0, $1.size) }
            case .mapping(let entries): entries.reduce(1) { Self.sum($0, Self.sum(1, $1.value.size)) }
            }
        size = others.reduce(own) { Self.sum($0, $1.size) }
    }

    /// The value of a key; nil where this is no map or has no such key.
    package subscript(key: String) -> YAMLNode? { entry(key)?.value }

    /// The entry of a key; nil where this is no map or has no such key.
    package func entry(_ key: String) -> Entry? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key.value == key }
    }

    /// Whether it is `null`, `~` or nothing at all.
    package var isNull: Bool {
        guard case .scalar(let scalar) = content else { return false }
        return scalar.value == .null
    }

    /// Sizes may pass 2^63 a hundred levels deep; the largest number says enough then.
    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (result, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : result
    }
}
