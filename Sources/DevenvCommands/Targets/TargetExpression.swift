import DevenvModel

/// A target as it was written on the command line.
package struct TargetExpression: Hashable, Sendable {
    /// What it chooses by.
    package enum Choice: Hashable, Sendable {
        /// A machine, or all machines of a name with `count`.
        case name(String)
        /// Machines whose names the regular expression matches anywhere.
        case pattern(String)
        /// Machines of a group.
        case group(String)
    }

    /// The project, by its name or by the beginning of its id; nil for the one here.
    package let project: String?
    /// What it chooses by.
    package let choice: Choice
    /// What was written.
    package let text: String

    /// Reads `web-1`, `/web-\d/`, `@backend`, each also with `PROJECT/` before it; nil where nothing is left to choose by.
    package init?(_ text: String) {
        self.text = text
        var rest = text[...]
        if let slash = text.firstIndex(of: "/"), slash != text.startIndex {
            project = String(text[..<slash])
            rest = text[text.index(after: slash)...]
        } else {
            project = nil
        }
        if rest.hasPrefix("/") {
            guard rest.count > 2, rest.hasSuffix("/") else { return nil }
            choice = .pattern(String(rest.dropFirst().dropLast()))
        } else if rest.hasPrefix("@") {
            guard rest.count > 1 else { return nil }
            choice = .group(String(rest.dropFirst()))
        } else {
            guard !rest.isEmpty else { return nil }
            choice = .name(String(rest))
        }
    }
}
