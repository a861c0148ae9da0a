/// Which versions will do: comparisons with commas between them that all must hold, as RubyGems and Vagrant write them.
///
/// A prerelease will do only where a comparison names one.
package struct VersionConstraint: Hashable, Sendable {
    private enum Comparison: String, CaseIterable {
        // Longer signs first, as they begin with shorter ones.
        case pessimistic = "~>"
        case atLeast = ">="
        case atMost = "<="
        case other = "!="
        case more = ">"
        case less = "<"
        case equal = "="
    }

    private struct Term: Hashable {
        let comparison: Comparison
        let version: BoxVersion
    }

    /// What holds where nothing is said: every release will do.
    package static let any = VersionConstraint(description: "", terms: [])

    /// The text, as it was read.
    package let description: String
    private let terms: [Term]

    private init(description: String, terms: [Term]) {
        self.description = description
        self.terms = terms
    }

    /// Reads `~> 12.0`, `>= 12.1, < 13`, `12.11`; nil for anything else.
    package init?(parsing text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let terms = parts.compactMap(Self.term)
        guard terms.count == parts.count else { return nil }
        self.init(description: String(Self.trimmed(text[...])), terms: terms)
    }

    /// Whether a comparison names a prerelease, so that such will do too.
    package var namesPrerelease: Bool { terms.contains { $0.version.isPrerelease } }

    /// Whether a version will do.
    package func admits(_ version: BoxVersion) -> Bool {
        guard namesPrerelease || !version.isPrerelease else { return false }
        return terms.allSatisfy { Self.holds($0, for: version) }
    }

    private static func holds(_ term: Term, for version: BoxVersion) -> Bool {
        switch term.comparison {
        // a prerelease of the version that is left out is left out too
        case .pessimistic: version >= term.version && version.release < term.version.pessimisticEnd
        case .atLeast: version >= term.version
        case .atMost: version <= term.version
        case .other: version != term.version
        case .more: version > term.version
        case .less: version < term.version
        case .equal: version == term.version
        }
    }

    private static func term(_ part: Substring) -> Term? {
        let text = trimmed(part)
        let comparison = Comparison.allCases.first { text.hasPrefix($0.rawValue) }
        let version = trimmed(text.dropFirst(comparison?.rawValue.count ?? 0))
        return BoxVersion(parsing: String(version)).map { Term(comparison: comparison ?? .equal, version: $0) }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let start = text.drop(while: isBlank)
        return start.dropLast(start.reversed().prefix(while: isBlank).count)
    }
}

extension VersionConstraint: CustomStringConvertible {}
