/// How messages name a command that is to be typed: in quotes, `run 'devenv up web' first`.
enum MessageRules {
    private static let commands: Set<String> = [
        "box", "catalog", "destroy", "doctor", "download", "exec", "halt", "init", "plan", "port", "provision",
        "reload", "resume",
        "snapshot", "ssh", "status", "suspend", "sync", "up", "upload", "validate",
    ]
    /// Lines that name one for another reason: what holds a lock, how it is used, what is signed.
    private static let others = ["command: ", "usage: ", "For example: ", "awaitLock(", "catalog key 1"]

    /// Every message with a command in another form, as `FILE:LINE names 'devenv COMMAND' without quotes`.
    static func violations(in tree: RepositoryTree) -> [String] {
        tree.swift().filter { !$0.path.split(separator: "/").contains("Tests") }
            .flatMap { path, text in
                text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { number, line in
                    command(named: line).map { "\(path):\(number + 1) names 'devenv \($0)' without quotes" }
                }
            }
    }

    private static func command(named line: Substring) -> String? {
        let code = line.drop { $0 == " " }
        guard !code.hasPrefix("//"), !others.contains(where: { line.contains($0) }) else { return nil }
        // behind what precedes the first there is nothing to be said; comments behind code have no line of their own
        let parts = code.split(separator: "devenv ", omittingEmptySubsequences: false)
        for (before, after) in zip(parts, parts.dropFirst()) {
            let word = String(after.prefix { $0.isLetter || $0 == "-" })
            if commands.contains(word), before.last != "'" { return word }
        }
        return nil
    }
}
