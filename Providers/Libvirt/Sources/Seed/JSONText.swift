/// A value written as JSON that every YAML parser reads as the same value.
///
/// YAML 1.2 takes JSON as it is. Parsers of YAML 1.1, cloud-init's among them, take a surrogate pair (`\ud83d\ude00`) for two
/// broken characters and refuse control characters: the former stay what they are, the latter are all escaped.
enum JSONText: Hashable, Sendable {
    /// A text.
    case text(String)
    /// A whole number.
    case number(Int)
    /// `true` or `false`.
    case flag(Bool)
    /// A list.
    case list([JSONText])
    /// A map, in order.
    case map([Entry])

    /// One entry of a map.
    struct Entry: Hashable, Sendable {
        let key: String
        let value: JSONText
    }

    /// A map of those entries that have a value.
    static func map(_ entries: KeyValuePairs<String, JSONText?>) -> JSONText { .map(self.entries(entries)) }

    /// Those entries that have a value.
    static func entries(_ entries: KeyValuePairs<String, JSONText?>) -> [Entry] {
        entries.compactMap { key, value in value.map { Entry(key: key, value: $0) } }
    }

    /// A list of texts.
    static func texts(_ texts: [String]) -> JSONText { .list(texts.map(JSONText.text)) }

    /// The text of the value, one entry of the outermost map a line.
    var document: String {
        guard case .map(let entries) = self else { return rendered + "\n" }
        return "{\n" + entries.map(\.rendered).joined(separator: ",\n") + "\n}\n"
    }

    fileprivate var rendered: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .list(let items): "[" + items.map(\.rendered).joined(separator: ", ") + "]"
        case .map(let entries): "{" + entries.map(\.rendered).joined(separator: ", ") + "}"
        }
    }

    fileprivate static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { $0 += escaped($1) } + "\""
    }

    /// Escapes what JSON must, and what YAML 1.1 does not print (section 5.1) or takes for a line break.
    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x22, 0x5C: "\\" + String(scalar)
        case 0x0A: "\\n"
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
            "\\u" + String(repeating: "0", count: 4 - hexadecimal(scalar).count) + hexadecimal(scalar)
        default: String(scalar)
        }
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16) }
}

extension JSONText.Entry {
    fileprivate var rendered: String { JSONText.quoted(key) + ": " + value.rendered }
}
