/// A part of a JSON Schema (draft-07, the one that editors know best).
indirect enum SchemaValue: Hashable, Encodable {
    case boolean(Bool)
    case integer(Int)
    case text(String)
    case list([SchemaValue])
    case object([String: SchemaValue])

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension SchemaValue: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    init(stringLiteral value: String) { self = .text(value) }
    init(arrayLiteral elements: SchemaValue...) { self = .list(elements) }

    init(dictionaryLiteral elements: (String, SchemaValue)...) {
        self = .object(Dictionary(elements) { first, _ in first })
    }

    /// One of several.
    static func anyOf(_ values: [SchemaValue]) -> SchemaValue {
        let flat = values.flatMap { value in
            if case .object(let members) = value, members.count == 1, case .list(let inner)? = members["anyOf"] {
                inner
            } else {
                [value]
            }
        }
        return flat.count == 1 ? flat[0] : ["anyOf": .list(flat)]
    }

    /// What stands under a name in the schema's definitions.
    static func reference(_ name: String) -> SchemaValue { ["$ref": .text("#/definitions/\(name)")] }

    /// The same with another member.
    func with(_ key: String, _ value: SchemaValue?) -> SchemaValue {
        guard case .object(var members) = self, let value else { return self }
        members[key] = value
        return .object(members)
    }
}
