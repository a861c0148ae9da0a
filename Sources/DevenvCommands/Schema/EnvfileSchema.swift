import DevenvEnvfile
import DevenvModel

/// The JSON Schema of an Envfile, made from what decodes it. It takes whatever 'devenv validate' takes; what depends on other
/// values (names that must exist, addresses within a network) it leaves to that.
struct EnvfileSchema {
    /// What the options of each provider look like.
    let providers: [String: Shape]
    /// What the options of each kind of provisioner look like.
    let provisioners: [String: Shape]
    /// What is said once and referred to.
    private var definitions: [String: SchemaValue] = [
        // what it becomes is only known when it is replaced
        "interpolated": ["type": "string", "pattern": "\\$\\{(env|var|machine|project)\\."]
    ]

    init(providers: [String: Shape], provisioners: [String: Shape]) {
        self.providers = providers
        self.provisioners = provisioners
    }

    /// The schema.
    var document: SchemaValue {
        var copy = self
        let envfile = copy.schema(of: EnvfileKeys.shape)
        return envfile.with("$schema", "http://json-schema.org/draft-07/schema#").with("title", "Envfile")
            .with("definitions", .object(copy.definitions))
    }

    private mutating func schema(of shape: Shape) -> SchemaValue {
        switch shape {
        case .boolean: orInterpolated(["type": "boolean"])
        case .integer(let range):
            orInterpolated([
                "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
            ])
        case .text(let format): schema(of: format)
        case .choice(let words): orInterpolated(["enum": .list(words.flatMap(Self.values))])
        case .list(let item): ["type": "array", "items": schema(of: item)]
        case .map(let value): ["type": "object", "additionalProperties": orNothing(schema(of: value))]
        case .object(let keys, .none): map(keys)
        case .object(let keys, .ignored(let prefix)):
            map(keys).with("patternProperties", .object(["^\(prefix)": [:]]))
        case .object(let keys, .providers): defined("machine") { $0.machine(keys) }
        case .object(let keys, .provisioner): defined("provision-item") { $0.provisionItem(keys) }
        case .either(let shapes): .anyOf(shapes.map { schema(of: $0) })
        case .open: [:]
        }
    }

    private mutating func machine(_ keys: [KeyDescription]) -> SchemaValue {
        let options = providers.sorted { $0.key < $1.key }.map { name, shape in
            (name, orNothing(defined("options-of-\(name)") { $0.schema(of: shape) }))
        }
        return map(keys, besides: options)
    }

    private mutating func provisionItem(_ keys: [KeyDescription]) -> SchemaValue {
        let options = provisioners.sorted { $0.key < $1.key }.map { kind, shape in
            (kind, defined("options-of-\(kind)") { $0.schema(of: shape) })
        }
        return map(keys, besides: options).with("oneOf", .list(options.map { ["required": [.text($0.0)]] }))
    }

    private mutating func map(_ keys: [KeyDescription], besides others: [(String, SchemaValue)] = []) -> SchemaValue {
        var properties = Dictionary(others) { first, _ in first }
        for key in keys {
            let value = schema(of: key.shape)
            // beside a reference nothing else counts
            properties[key.name] = (key.isRequired ? .object(["allOf": [value]]) : orNothing(value))
                .with("description", key.summary.isEmpty ? nil : .text(key.summary))
        }
        let required = keys.filter(\.isRequired).map { SchemaValue.text($0.name) }
        let map: SchemaValue = [
            "type": "object", "additionalProperties": .boolean(false), "properties": .object(properties),
        ]
        return map.with("required", required.isEmpty ? nil : .list(required))
    }

    private mutating func schema(of format: TextFormat) -> SchemaValue {
        guard let pattern = format.pattern else {
            return ["type": format.takesScalars ? ["string", "number", "boolean"] : "string"]
        }
        let others: [SchemaValue] = format.takesScalars ? [["type": ["number", "boolean"]]] : []
        return defined(format.name) { _ in
            .anyOf([["type": "string", "pattern": .text(pattern)]] + others + [.reference("interpolated")])
        }
    }

    /// Says something once, under a name.
    private mutating func defined(_ name: String, _ make: (inout Self) -> SchemaValue) -> SchemaValue {
        if definitions[name] == nil { definitions[name] = make(&self) }
        return .reference(name)
    }

    private func orInterpolated(_ schema: SchemaValue) -> SchemaValue {
        .anyOf([schema, .reference("interpolated")])
    }

    /// A key without a value counts as absent.
    private func orNothing(_ schema: SchemaValue) -> SchemaValue { .anyOf([schema, ["type": "null"]]) }

    /// A word, and the number that YAML takes it for.
    private static func values(of word: String) -> [SchemaValue] {
        [.text(word)] + (Int(word).map { [.integer($0)] } ?? [])
    }
}
