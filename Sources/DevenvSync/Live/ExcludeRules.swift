import DevenvModel

/// What of a folder is left out, by the same patterns and in the same order as rsync takes them: the first that matches
/// decides. `.devenv/` always is.
struct ExcludeRules: Sendable {
    private let rules: [ExcludeRule]

    init(_ patterns: [String]) {
        let own = [".devenv/"].compactMap(ExcludeRule.init)
        // "!" forgets those before it
        let last = patterns.lastIndex(of: "!").map { $0 + 1 } ?? 0
        rules = own + patterns[last...].compactMap(ExcludeRule.init)
    }

    /// Whether an entry is left out, given that the directories above it are not.
    func leaveOut(_ path: RelativePath, isDirectory: Bool) -> Bool {
        rules.first { $0.matches(path, isDirectory: isDirectory) }?.leavesOut ?? false
    }

    /// Whether an entry is left out by itself or with a directory above it.
    func leaveOutWithin(_ path: RelativePath, isDirectory: Bool) -> Bool {
        var (current, isDirectory): (RelativePath?, Bool) = (path, isDirectory)
        while let path = current, !path.bytes.isEmpty {
            if leaveOut(path, isDirectory: isDirectory) { return true }
            (current, isDirectory) = (path.parent, true)
        }
        return false
    }
}
