/// A version of a box: numbers with dots between them, compared number by number; what is missing at the end is zero.
struct BoxVersion: Hashable, Sendable, Comparable {
    let numbers: [Int]

    /// Reads `12`, `12.11`; nil for anything else.
    init?(parsing text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in part.allSatisfy(\.isNumber) ? Int(part) : nil }
        guard numbers.count == parts.count else { return nil }
        self.numbers = numbers
    }

    private init(_ numbers: [Int]) { self.numbers = numbers }

    static func < (left: BoxVersion, right: BoxVersion) -> Bool {
        left.padded(to: right.numbers.count).lexicographicallyPrecedes(right.padded(to: left.numbers.count))
    }

    static func == (left: BoxVersion, right: BoxVersion) -> Bool { !(left < right) && !(right < left) }

    func hash(into hasher: inout Hasher) {
        hasher.combine(Array(numbers.reversed().drop { $0 == 0 }))
    }

    /// The first version that `~>` this one leaves out: 12.0 → 13, 12.1.3 → 12.2, 12 → 13.
    var pessimisticEnd: BoxVersion {
        var start = numbers.count > 1 ? Array(numbers.dropLast()) : numbers
        if let last = start.popLast() { start.append(last + 1) }
        return BoxVersion(start)
    }

    private func padded(to count: Int) -> [Int] {
        numbers + Array(repeating: 0, count: max(0, count - numbers.count))
    }
}

/// Which versions will do: comparisons with commas between them that all must hold, as RubyGems and Vagrant write them.
struct VersionConstraint: Hashable, Sendable {
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

    private let terms: [Term]

    /// Reads `~> 12.0`, `>= 12.1, < 13`, `12.11`; nil for anything else.
    init?(parsing text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        let terms = parts.compactMap(Self.term)
        guard terms.count == parts.count else { return nil }
        self.terms = terms
    }

    /// Whether a version will do.
    func admits(_ version: BoxVersion) -> Bool {
        terms.allSatisfy { term in
            switch term.comparison {
            case .pessimistic: version >= term.version && version < term.version.pessimisticEnd
            case .atLeast: version >= term.version
            case .atMost: version <= term.version
            case .other: version != term.version
            case .more: version > term.version
            case .less: version < term.version
            case .equal: version == term.version
            }
        }
    }

    private static func term(_ text: String) -> Term? {
        let comparison = Comparison.allCases.first { text.hasPrefix($0.rawValue) }
        let version = BoxVersion(parsing: String(text.dropFirst(comparison?.rawValue.count ?? 0)))
        return version.map { Term(comparison: comparison ?? .equal, version: $0) }
    }
}
