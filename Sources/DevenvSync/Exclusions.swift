import DevenvModel
import Glibc

/// The patterns of rsync that a name alone can be held against: `name`, `*.log`, `name/`, `/name`.
struct Exclusions {
    private struct Pattern {
        let text: String
        let isAnchored: Bool
        let isOfDirectories: Bool
    }

    private let patterns: [Pattern]

    init(_ folder: SyncedFolder) {
        // rules that include something again could make any other one void; then only our own counts
        let hasIncludes =
            !folder.arguments.isEmpty || folder.exclude.contains { $0.hasPrefix("+ ") || $0.hasPrefix("!") }
        patterns = ([".devenv/"] + (hasIncludes ? [] : folder.exclude)).compactMap { text in
            let isAnchored = text.hasPrefix("/")
            let isOfDirectories = text.hasSuffix("/")
            let name = String(text.dropFirst(isAnchored ? 1 : 0).dropLast(isOfDirectories ? 1 : 0))
            guard !name.isEmpty, !name.contains("/"), !name.hasPrefix("- "), !name.contains("**") else { return nil }
            return Pattern(text: name, isAnchored: isAnchored, isOfDirectories: isOfDirectories)
        }
    }

    /// The same as conditions of find(1), each true of what is left out, for a search that begins at a path.
    func findExpressions(from top: String) -> [[String]] {
        let literal = top.reduce(into: "") { $0 += "\\*?[".contains($1) ? "\\\($1)" : "\($1)" }
        return patterns.map { pattern in
            let name = pattern.isAnchored ? ["-path", literal + pattern.text] : ["-name", pattern.text]
            return pattern.isOfDirectories ? ["-type", "d"] + name : name
        }
    }

    /// Whether an entry is left out; `level` is 1 for what stands in the folder itself.
    func contain(_ name: UnsafePointer<CChar>, isDirectory: Bool, level: Int) -> Bool {
        patterns.contains { pattern in
            guard !pattern.isOfDirectories || isDirectory, !pattern.isAnchored || level == 1 else { return false }
            return fnmatch(pattern.text, name, 0) == 0
        }
    }
}
