/// A change of a machine's description, as the last resort for what has no option.
package struct XMLPatch: Hashable, Sendable {
    /// What is done.
    package enum Change: Hashable, Sendable {
        /// Attributes get values.
        case set([String: String])
        /// The text is replaced.
        case text(String)
        /// An element is added at the end.
        case add(XMLElement)
        /// The element is taken away.
        case remove
    }

    /// Which element is changed.
    package let path: XMLPath
    /// What is done to it.
    package let change: Change

    /// Makes a patch.
    package init(_ path: XMLPath, _ change: Change) {
        self.path = path
        self.change = change
    }
}

extension XMLPatch {
    /// Whether an attribute can have this name (XML 1.0, section 2.3; without letters beyond ASCII).
    static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first.properties.isAlphabetic || first == "_" else { return false }
        return !text.contains("+")
            && text.split(separator: ":", omittingEmptySubsequences: false).allSatisfy(\.isWord)
    }
}
