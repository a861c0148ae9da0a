package import DevenvDiagnostics
package import DevenvModel

/// Decodes the options of a provider or a provisioner and collects everything that is wrong with them.
///
/// ```swift
/// var reader = OptionReader(tree, of: "the container options")
/// let privileged = reader.boolean("privileged") ?? false
/// let capabilities = reader.strings("capabilities") ?? []
/// diagnostics += reader.finish()      // reports keys that nobody asked for
/// ```
package struct OptionReader {
    /// What was found wrong so far.
    package private(set) var diagnostics: [Diagnostic] = []
    private let entries: [OptionTree.Entry]
    private let subject: String
    private var asked: [KeyDescription] = []

    /// Starts on a map; nothing at all counts as an empty one.
    package init(_ tree: OptionTree?, of subject: String) {
        self.subject = subject
        switch tree?.value {
        case .map(let entries): self.entries = entries
        case nil, .null: entries = []
        default:
            entries = []
            diagnostics.append(.error("\(subject) must be a map, not \(tree?.kind ?? "nothing")", at: tree?.location))
        }
    }

    /// The value of a key as it was written; nil where it is absent or null.
    package mutating func tree(_ key: String) -> OptionTree? { tree(key, .open) }

    private mutating func tree(_ key: String, _ shape: Shape) -> OptionTree? {
        if !asked.contains(where: { $0.name == key }) { asked.append(KeyDescription(name: key, shape: shape)) }
        guard let value = entries.first(where: { $0.key.value == key })?.value else { return nil }
        if case .null = value.value { return nil }
        return value
    }

    /// A boolean.
    package mutating func boolean(_ key: String) -> Bool? {
        guard let tree = tree(key, .boolean) else { return nil }
        if case .boolean(let value) = tree.value { return value }
        return refuse(tree, key, "true or false")
    }

    /// A boolean, or one word; a boolean comes back as `true` or `false`.
    package mutating func switchOrWord(_ key: String, word: String) -> Located<String>? {
        guard let tree = tree(key, .either([.boolean, .choice([word])])) else { return nil }
        switch tree.value {
        case .boolean(let value): return Located("\(value)", at: tree.location)
        case .string(word): return Located(word, at: tree.location)
        default: return refuse(tree, key, "true, false or \(word)")
        }
    }

    /// A whole number within a range.
    package mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let tree = tree(key, .integer(range)) else { return nil }
        if case .integer(let value) = tree.value, range.contains(value) { return value }
        return refuse(tree, key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    /// A text; numbers and booleans are not texts.
    package mutating func string(_ key: String) -> Located<String>? { string(key, .text(.text)) }

    private mutating func string(_ key: String, _ shape: Shape) -> Located<String>? {
        guard let tree = tree(key, shape) else { return nil }
        if case .string(let value) = tree.value { return Located(value, at: tree.location) }
        return refuse(tree, key, "a text (put it in quotes)")
    }

    /// One of a few words.
    package mutating func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, as type: Choice.Type)
        -> Choice?
    where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue)
        guard let text = string(key, .choice(words)) else { return nil }
        if let choice = Choice(rawValue: text.value) { return choice }
        diagnostics.append(
            .error(
                "'\(text.value)' is no value for '\(key)'; it takes \(words.joined(separator: ", "))",
                at: text.location,
                help: Suggestion.help(for: text.value, among: words)))
        return nil
    }

    /// A list of texts; a single text counts as a list of one. Numbers and booleans count as texts where `scalars` is set,
    /// as in arguments.
    package mutating func strings(_ key: String, scalars: Bool = false) -> [Located<String>]? {
        let item = Shape.text(scalars ? "scalar" : .text)
        guard let tree = tree(key, .either([item, .list(item)])) else { return nil }
        let items: [OptionTree]
        if case .list(let list) = tree.value { items = list } else { items = [tree] }
        return items.compactMap { text(of: $0, key, scalars: scalars) }
    }

    /// A map of texts, as in environments; numbers and booleans count as the text that was written.
    package mutating func stringMap(_ key: String) -> [(key: Located<String>, value: Located<String>)]? {
        guard let tree = tree(key, .map(.text("scalar"))) else { return nil }
        guard case .map(let entries) = tree.value else { return refuse(tree, key, "a map") }
        return entries.compactMap { entry in
            text(of: entry.value, entry.key.value, scalars: true).map { (entry.key, $0) }
        }
    }

    /// A map from names of the user's own to maps of options, each of which `decode` reads.
    package mutating func objects<Value>(
        _ key: String, of subject: (String) -> String, _ decode: (Located<String>, inout OptionReader) -> Value
    ) -> [Value] {
        func value(_ tree: OptionTree?, _ name: Located<String>, _ found: inout [Diagnostic]) -> Value {
            var reader = OptionReader(tree, of: subject(name.value))
            let value = decode(name, &reader)
            found += reader.finish()
            return value
        }
        let nobody = Located("name", at: nil)
        let shape: Shape =
            OptionShape.recorder == nil
            ? .open
            : OptionShape.shape {
                var found: [Diagnostic] = []
                _ = value(nil, nobody, &found)
            }
        guard let tree = tree(key, .map(shape)) else { return [] }
        guard case .map(let entries) = tree.value else {
            let nothing: [Value]? = refuse(tree, key, "a map")
            return nothing ?? []
        }
        return entries.map { value($0.value, $0.key, &diagnostics) }
    }

    /// Reports a mistake of the caller's own finding.
    package mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

    /// Everything that is wrong, keys that were never asked for included.
    package mutating func finish() -> [Diagnostic] {
        OptionShape.recorder?.note(.object(asked, others: .none))
        let known = asked.map(\.name).sorted()
        for entry in entries where !known.contains(entry.key.value) {
            diagnostics.append(
                .error(
                    "\(subject) have no key '\(entry.key.value)'", at: entry.key.location,
                    help: Suggestion.help(for: entry.key.value, among: known)))
        }
        return diagnostics
    }

    /// Ends another reader and takes over what it found; whether that was nothing.
    package mutating func absorb(_ inner: inout OptionReader) -> Bool {
        let found = inner.finish()
        found.forEach { report($0) }
        return found.isEmpty
    }

    private mutating func text(of tree: OptionTree, _ key: String, scalars: Bool) -> Located<String>? {
        switch tree.value {
        case .string(let text): return Located(text, at: tree.location)
        case .integer(let number) where scalars: return Located(tree.spelling ?? String(number), at: tree.location)
        case .number(let number) where scalars: return Located(tree.spelling ?? "\(number)", at: tree.location)
        case .boolean(let flag) where scalars: return Located(tree.spelling ?? "\(flag)", at: tree.location)
        default: return refuse(tree, key, "a text (put it in quotes)")
        }
    }

    private mutating func refuse<Value>(_ tree: OptionTree, _ key: String, _ expected: String) -> Value? {
        diagnostics.append(.error("'\(key)' must be \(expected), not \(tree.kind)", at: tree.location))
        return nil
    }
}
