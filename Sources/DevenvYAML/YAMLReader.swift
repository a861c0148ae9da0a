package import DevenvDiagnostics

/// Reads a YAML 1.2 text into a tree.
package enum YAMLReader {
    /// The tree of the one document in a text; nil for a text with nothing but comments, and, with a report, for one that is
    /// no YAML or goes past the limits. Mistakes that leave a usable tree, such as a key written twice, are reported with it.
    package static func read(_ source: SourceText, reporting diagnostics: inout [Diagnostic]) -> YAMLNode? {
        if let problem = YAMLEncodingCheck.problem(of: source) {
            diagnostics.append(problem)
            return nil
        }
        // Merging copies: only a text that was counted and found small enough is merged
        var composer = YAMLComposer(source, merging: false)
        var root = composer.compose()
        if root != nil, composer.sawMerges {
            composer = YAMLComposer(source, merging: true)
            root = composer.compose()
        }
        diagnostics += composer.diagnostics
        return root
    }
}

/// How much a document may hold, so that a small hostile text is refused rather than expanded.
package enum YAMLLimits {
    /// How deep lists and maps may be nested.
    package static let depth = 100
    /// How many nodes there may be, each alias counted as what it stands for.
    package static let nodes = 10_000_000
}
