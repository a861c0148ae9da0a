/// How a command is called, from the line that its help shows.
enum ManualUsage {
    /// The lines of mdoc for usages such as `devenv ssh [<target>] [-- <argument> ...]`, one a line of the text.
    static func lines(_ usage: String, command: [String]) -> [String] {
        usage.split(separator: "\n").flatMap { line in
            let name = command.joined(separator: " ")
            let trimmed = String(line.drop { $0 == " " })
            let rest = trimmed.hasPrefix(name) ? String(trimmed.dropFirst(name.count)) : trimmed
            return ["Nm \(name)"] + tokens(rest).map(macro)
        }
    }

    /// Words, where what stands in brackets is one.
    private static func tokens(_ text: String) -> [String] {
        var found: [String] = []
        var depth = 0
        for character in text {
            if character == " ", depth == 0 {
                if found.last != "" { found.append("") }
                continue
            }
            if character == "[" || character == "<" { depth += 1 }
            if character == "]" || character == ">" { depth -= 1 }
            if found.isEmpty { found.append("") }
            found[found.count - 1].append(character)
        }
        return found.filter { !$0.isEmpty }
    }

    private static func macro(_ token: String) -> String {
        guard token.hasPrefix("["), token.hasSuffix("]") else { return word(token) }
        return "Op " + tokens(String(token.dropFirst().dropLast())).map(word).joined(separator: " ")
    }

    /// `<name>` is the user's, with what stands around it; all else is typed.
    private static func word(_ token: String) -> String {
        if token == "|" { return token }
        if token == "..." { return "No \(token)" }
        guard token.contains("<") else {
            return token.hasPrefix("-")
                ? "Fl \(Mdoc.argument(String(token.dropFirst())))" : "Cm \(Mdoc.argument(token))"
        }
        let parts = token.split(whereSeparator: { "<>".contains($0) }).map(String.init)
        let isFirstTyped = !token.hasPrefix("<")
        return parts.enumerated().map { number, part in
            let isTyped = number.isMultiple(of: 2) == isFirstTyped
            return isTyped ? "No \(Mdoc.argument(part))" : "Ar \(Mdoc.argument(part))"
        }.joined(separator: " Ns ")
    }
}
