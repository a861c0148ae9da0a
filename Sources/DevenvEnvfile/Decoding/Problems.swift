import DevenvDiagnostics

/// Everything found wrong so far, each thing once: a mistake in `defaults` is met again with every machine.
struct Problems {
    private(set) var diagnostics: [Diagnostic] = []
    private var seen: Set<Fingerprint> = []
    private var suggestions: [String: String?] = [:]

    private struct Fingerprint: Hashable {
        let message: String
        let location: SourceLocation?
    }

    /// Reports an error; its help and notes are not worked out for one that is known already.
    mutating func error(
        _ message: String, at location: SourceLocation?, help: @autoclosure () -> String? = nil,
        notes: @autoclosure () -> [Diagnostic.Note] = []
    ) {
        guard seen.insert(Fingerprint(message: message, location: location)).inserted else { return }
        diagnostics.append(.error(message, at: location, help: help(), notes: notes()))
    }

    /// Reports a warning.
    mutating func warning(_ message: String, at location: SourceLocation?, help: String? = nil) {
        guard seen.insert(Fingerprint(message: message, location: location)).inserted else { return }
        diagnostics.append(.warning(message, at: location, help: help))
    }

    /// Takes over what another part of the program has reported.
    mutating func report(_ others: [Diagnostic]) { diagnostics += others }

    /// Reports a word that is none of those known, with the one that was probably meant. The nearest word is looked for
    /// once a word and set, as ten thousand machines may all make the same mistake.
    mutating func unknown(
        _ message: String, word: String, among known: [String], set: String, at location: SourceLocation?,
        otherwise: String? = nil
    ) {
        guard seen.insert(Fingerprint(message: message, location: location)).inserted else { return }
        let memo = "\(set)\n\(word)"
        if suggestions[memo] == nil {
            let all = known.count <= 12 ? "it takes \(known.joined(separator: ", "))" : nil
            suggestions[memo] = .some(Suggestion.help(for: word, among: known) ?? otherwise ?? all)
        }
        diagnostics.append(.error(message, at: location, help: suggestions[memo] ?? nil))
    }
}
