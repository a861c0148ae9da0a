/// A JSON value (RFC 8259) with the place where it stands. Members keep their order, so that what is written again is what was
/// read, but for what was changed.
struct JSONValue: Hashable, Sendable {
    indirect enum Content: Hashable, Sendable {
        case null
        case bool(Bool)
        /// The digits as they stand.
        case number(String)
        case text(String)
        case list([JSONValue])
        case object([Member])
    }

    struct Member: Hashable, Sendable {
        let key: String
        var value: JSONValue
    }

    var content: Content
    /// Where it begins, in bytes.
    let offset: Int

    init(_ content: Content, at offset: Int = 0) {
        self.content = content
        self.offset = offset
    }

    static func text(_ text: String) -> JSONValue { JSONValue(.text(text)) }
    static func number(_ number: Int64) -> JSONValue { JSONValue(.number(String(number))) }
    static func object(_ members: [(String, JSONValue?)]) -> JSONValue {
        JSONValue(.object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } }))
    }

    /// The value of a key; of a repeated one the last, as in most parsers. Setting nil removes it.
    subscript(key: String) -> JSONValue? {
        get {
            guard case .object(let members) = content else { return nil }
            return members.last { $0.key == key }?.value
        }
        set {
            guard case .object(var members) = content else { return }
            if let index = members.lastIndex(where: { $0.key == key }) {
                if let newValue { members[index].value = newValue } else { members.removeAll { $0.key == key } }
            } else if let newValue {
                members.append(Member(key: key, value: newValue))
            }
            content = .object(members)
        }
    }

    /// The elements of a list; nil for another value.
    var elements: [JSONValue]? {
        get { if case .list(let elements) = content { elements } else { nil } }
        set { content = .list(newValue ?? []) }
    }

    /// The members of an object; none of another value.
    var members: [Member] { if case .object(let members) = content { members } else { [] } }

    var isNull: Bool { content == .null }

    /// What it is, for messages.
    var kind: String {
        switch content {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .text: "a text"
        case .list: "a list"
        case .object: "an object"
        }
    }
}

extension JSONValue {
    /// The value over several lines, with a newline at its end.
    func rendered() -> [UInt8] {
        var text = ""
        render(into: &text, indent: "")
        return Array((text + "\n").utf8)
    }

    private func render(into text: inout String, indent: String) {
        let inner = indent + "  "
        switch content {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let digits): text += digits
        case .text(let value): text += Self.quoted(value)
        case .list(let elements) where elements.isEmpty: text += "[]"
        case .object(let members) where members.isEmpty: text += "{}"
        case .list(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                text += (index == 0 ? "\n" : ",\n") + inner
                element.render(into: &text, indent: inner)
            }
            text += "\n\(indent)]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                text += (index == 0 ? "\n" : ",\n") + inner + Self.quoted(member.key) + ": "
                member.value.render(into: &text, indent: inner)
            }
            text += "\n\(indent)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
