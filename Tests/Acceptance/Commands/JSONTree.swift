import FoundationEssentials

/// Any JSON, to be looked into.
indirect enum JSONTree: Decodable, Sendable {
    case object([String: JSONTree])
    case list([JSONTree])
    case text(String)
    case number(Double)
    case truth(Bool)
    case nothing

    /// One document, and nothing else.
    init(parsing text: some StringProtocol) throws {
        self = try JSONDecoder().decode(JSONTree.self, from: Data(text.utf8))
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .nothing
        } else if let truth = try? value.decode(Bool.self) {  // it may be something else
            self = .truth(truth)
        } else if let number = try? value.decode(Double.self) {  // likewise
            self = .number(number)
        } else if let text = try? value.decode(String.self) {  // likewise
            self = .text(text)
        } else if let list = try? value.decode([JSONTree].self) {  // likewise
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSONTree].self))
        }
    }

    /// What stands behind a key.
    subscript(key: String) -> JSONTree? {
        if case .object(let entries) = self { entries[key] } else { nil }
    }

    /// The keys of an object.
    var keys: Set<String> {
        if case .object(let entries) = self { Set(entries.keys) } else { [] }
    }

    /// Those of the objects that an object's entries are, or are lists of.
    var innerKeys: Set<String> {
        guard case .object(let entries) = self else { return [] }
        return entries.values.reduce(into: []) { keys, entry in
            keys.formUnion(entry.keys)
            if case .list(let items) = entry { items.forEach { keys.formUnion($0.keys) } }
        }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }

    var truth: Bool? { if case .truth(let truth) = self { truth } else { nil } }

    var number: Int? { if case .number(let number) = self { Int(number) } else { nil } }
}
