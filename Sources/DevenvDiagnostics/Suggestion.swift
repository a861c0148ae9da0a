/// "Did you mean": the known word nearest to a misspelt one.
package enum Suggestion {
    /// The candidate with the smallest edit distance (insertions, deletions, replacements and swaps of neighbours),
    /// nil where none is near enough to be what was meant: more than a third of the word, at most 3, is too far.
    package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let limit = min(3, max(1, word.count / 3 + (word.count % 3 == 0 ? 0 : 1)))
        let length = word.count
        // Words whose lengths differ by more than the limit are farther apart than that
        let near = candidates.filter { abs($0.count - length) <= limit }
        let ranked = near.map { (distance: distance($0.lowercased(), word.lowercased()), word: $0) }
            .filter { $0.distance <= limit }
        return ranked.min { ($0.distance, $0.word) < ($1.distance, $1.word) }?.word
    }

    /// The help text for a misspelt word: `did you mean 'memory'?`, nil where nothing is near.
    package static func help(for word: String, among candidates: some Sequence<String>) -> String? {
        nearest(to: word, among: candidates).map { "did you mean '\($0)'?" }
    }

    /// The optimal string alignment distance.
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let replaced = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var best = min(previous[column] + 1, current[column - 1] + 1, replaced)
                let swapped =
                    row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1]
                if swapped { best = min(best, beforePrevious[column - 2] + 1) }
                current.append(best)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
