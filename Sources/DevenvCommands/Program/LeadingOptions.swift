/// Options that are written before the command, as in `git -C DIR status`.
enum LeadingOptions {
    private static let withValue: Set<String> = ["-C", "--directory", "-f", "--file", "--color"]
    private static let flags: Set<String> = ["--json", "-q", "--quiet"]

    /// The arguments with the options that every command knows moved behind the command's name.
    static func moveBehindCommand(_ arguments: [String]) -> [String] {
        var leading: [String] = []
        var rest = arguments[...]
        while let first = rest.first {
            if withValue.contains(first), rest.count >= 2 {
                leading += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if flags.contains(first) || withValue.contains(where: { first.hasPrefix($0 + "=") }) {
                leading.append(first)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        guard !leading.isEmpty, let command = rest.first, !command.hasPrefix("-") else { return arguments }
        // A noun such as `box` has its verb behind it, and the options belong to the verb.
        let words = Devenv.nouns.contains(command) && rest.count > 1 ? 2 : 1
        return rest.prefix(words) + leading + rest.dropFirst(words)
    }
}
