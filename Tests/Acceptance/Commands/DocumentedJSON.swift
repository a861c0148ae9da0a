import DevenvHost
import SystemPackage
import Testing

/// What the documentation says of `--json`.
struct DocumentedJSON {
    /// The commands that print lines.
    let actions: Set<String>
    /// What it says of the document of each of the others.
    let queries: [String: String]
    /// What it says of each kind of line.
    let events: [String: String]
    /// Every word of it.
    let words: Set<Substring>

    init() throws {
        let path = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
            .removingLastComponent().appending("Documentation").appending("cli.md")
        let page = String(decoding: try #require(try HostFiles.read(path)), as: UTF8.self)
        let section = try #require(page.split(separator: "\n## ").first { $0.hasPrefix("JSON\n") })
        let parts = section.split(separator: "\n**Actions**")
        try #require(parts.count == 2)
        queries = Self.rows(parts[0])
        events = Self.rows(parts[1])
        actions = Set(Self.quoted(parts[1].prefix { $0 != ")" }))
        words = Set(section.split { !$0.isLetter })
    }

    /// The rows of a table, by what is quoted in their first column.
    private static func rows(_ text: Substring) -> [String: String] {
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map {
            $0.split(separator: " | ", maxSplits: 1)
        }
        return Dictionary(rows.map { (quoted($0[0]).joined(), String($0.last ?? "")) }) { first, _ in first }
    }

    private static func quoted(_ text: Substring) -> [String] {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
    }
}
