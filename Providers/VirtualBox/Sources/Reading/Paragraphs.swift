/// Lists for people: paragraphs of `Key:   value`, with empty lines between them.
enum Paragraphs {
    /// The paragraphs; the first value of each key counts. Lines that are no such pair are left out, and so are keys that
    /// are set in, which belong to something within.
    static func read(_ text: String) -> [[String: String]] {
        var paragraphs: [[String: String]] = []
        var current: [String: String] = [:]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard !line.isEmpty else {
                if !current.isEmpty { paragraphs.append(current) }
                current = [:]
                continue
            }
            guard let (key, value) = pair(line), current[key] == nil else { continue }
            current[key] = value
        }
        return current.isEmpty ? paragraphs : paragraphs + [current]
    }

    /// A key and its value; nil for a line that is none.
    static func pair(_ line: some StringProtocol) -> (key: String, value: String)? {
        guard let colon = line.firstIndex(of: ":"), let first = line.first, !first.isWhitespace else { return nil }
        return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
}
