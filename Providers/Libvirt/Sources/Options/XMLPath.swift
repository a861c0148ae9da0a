/// A way from an element to one inside it: `devices/disk[2]`, `devices/disk[@device='cdrom']/source`.
package struct XMLPath: Hashable, Sendable {
    /// One step.
    struct Step: Hashable, Sendable {
        let name: String
        let choice: Choice
    }

    /// Which of several elements of one name is meant.
    enum Choice: Hashable, Sendable {
        /// The one with this number, from 1.
        case number(Int)
        /// The first whose attribute has this value.
        case attribute(String, String)
    }

    let steps: [Step]
    /// The path as it was written.
    package let text: String

    /// Reads a path; nil where it is none. An empty one leads to the element itself.
    package init?(_ text: String) {
        var steps: [Step] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard let step = Self.step(&rest) else { return nil }
            steps.append(step)
        }
        self.steps = steps
        self.text = text
    }

    /// Takes `name`, `name[2]` or `name[@attribute='value']` and the `/` after it.
    private static func step(_ rest: inout Substring) -> Step? {
        let name = rest.prefix { $0 != "/" && $0 != "[" }
        rest.removeFirst(name.count)
        guard !name.isEmpty, let choice = choice(&rest) else { return nil }
        guard !rest.isEmpty else { return Step(name: String(name), choice: choice) }
        guard rest.removeFirst() == "/", !rest.isEmpty else { return nil }
        return Step(name: String(name), choice: choice)
    }

    private static func choice(_ rest: inout Substring) -> Choice? {
        guard rest.first == "[" else { return .number(1) }
        guard let end = rest.firstIndex(of: "]") else { return nil }
        let inner = rest[rest.index(after: rest.startIndex)..<end]
        rest = rest[rest.index(after: end)...]
        guard inner.first == "@" else { return Int(inner).flatMap { $0 > 0 ? .number($0) : nil } }
        let parts = inner.dropFirst().split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let value = unquoted(parts[1]) else { return nil }
        return .attribute(String(parts[0]), value)
    }

    private static func unquoted(_ text: Substring) -> String? {
        guard text.count >= 2, let quote = text.first, quote == "'" || quote == "\"", text.last == quote else {
            return nil
        }
        return String(text.dropFirst().dropLast())
    }
}
