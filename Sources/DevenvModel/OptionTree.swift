package import DevenvDiagnostics

/// The options of a provider or a provisioner as they were written: plain values, every one with its place.
///
/// Whoever they are for decodes them, so that its mistakes too are reported as `FILE:LINE:COLUMN`.
package struct OptionTree: Sendable {
    /// One entry of a map.
    package struct Entry: Sendable {
        /// The key and its place.
        package let key: Located<String>
        /// Its value.
        package let value: OptionTree

        /// Makes an entry.
        package init(key: Located<String>, value: OptionTree) {
            self.key = key
            self.value = value
        }
    }

    /// What was written, after the resolution of aliases, merges and YAML 1.2 core scalars.
    package enum Value: Sendable {
        /// Nothing, `~` or `null`.
        case null
        /// `true` or `false`.
        case boolean(Bool)
        /// A whole number.
        case integer(Int)
        /// Any other number.
        case number(Double)
        /// Text, interpolated.
        case string(String)
        /// A list.
        case list([OptionTree])
        /// A map, in the order written; keys are unique.
        case map([Entry])
    }

    /// What was written.
    package let value: Value
    /// Where it was written.
    package let location: SourceLocation?
    /// A number or a boolean in its own spelling (`007`, `1.10`), for options that take it as a text; nil where unknown.
    package let spelling: String?

    /// Makes a tree.
    package init(_ value: Value, at location: SourceLocation? = nil, spelling: String? = nil) {
        self.value = value
        self.location = location
        self.spelling = spelling
    }

    /// The value of a key, nil where this is no map or has no such key.
    package subscript(key: String) -> OptionTree? {
        guard case .map(let entries) = value else { return nil }
        return entries.first { $0.key.value == key }?.value
    }

    /// The kind of value in the words of the error messages: `a list`.
    package var kind: String {
        switch value {
        case .null: "nothing"
        case .boolean: "a boolean"
        case .integer: "a whole number"
        case .number: "a number"
        case .string: "a text"
        case .list: "a list"
        case .map: "a map"
        }
    }
}

extension OptionTree: Equatable {
    /// Two trees are equal when they say the same, wherever that was written.
    package static func == (left: OptionTree, right: OptionTree) -> Bool {
        switch (left.value, right.value) {
        case (.null, .null): true
        case (.boolean(let one), .boolean(let two)): one == two
        case (.integer(let one), .integer(let two)): one == two
        case (.number(let one), .number(let two)): one == two
        case (.string(let one), .string(let two)): one == two
        case (.list(let one), .list(let two)): one == two
        case (.map(let one), .map(let two)):
            one.count == two.count
                && one.allSatisfy { entry in two.first { $0.key.value == entry.key.value }?.value == entry.value }
        default: false
        }
    }
}
