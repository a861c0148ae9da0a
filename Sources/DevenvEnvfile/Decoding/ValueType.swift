import DevenvDiagnostics
import DevenvModel
import DevenvYAML

/// How a value of one type is written in the Envfile: its shape, and its decoder, which reports what is wrong and gives nil.
struct ValueType<Value>: Sendable {
    /// Decodes a node; the text is the name of the key for messages.
    typealias Decoder = @Sendable (YAMLNode, String, inout Scope) -> Value?

    let shape: Shape
    let decode: Decoder

    init(_ shape: Shape, decode: @escaping Decoder) {
        self.shape = shape
        self.decode = decode
    }

    /// A scalar whose text is read by a function; `expected` completes "must be …", and `help` knows what to do about some texts.
    static func parsed(
        _ expected: String, format: TextFormat, help: @escaping @Sendable (String) -> String? = { _ in nil },
        _ parse: @escaping @Sendable (String) -> Value?
    ) -> ValueType {
        ValueType(.text(format)) { node, label, scope in
            switch scope.read(node) {
            case .failed: return nil
            case .scalar(let scalar, _):
                if scalar.value != .null, let value = parse(scalar.text) { return value }
                scope.refuse(node, label, expected, help: help(scalar.text))
                return nil
            case .collection: break
            }
            scope.refuse(node, label, expected)
            return nil
        }
    }

    /// The value with its place.
    var located: ValueType<Located<Value>> {
        ValueType<Located<Value>>(shape) { node, label, scope in
            decode(node, label, &scope).map { Located($0, at: node.location) }
        }
    }

    /// A list of them.
    var list: ValueType<[Value]> {
        ValueType<[Value]>(.list(shape)) { node, label, scope in
            guard case .sequence(let items) = node.content else {
                scope.refuse(node, label, "a list")
                return nil
            }
            return items.compactMap { decode($0, label, &scope) }
        }
    }

    /// A list of them, or a single one.
    var oneOrMore: ValueType<[Value]> {
        ValueType<[Value]>(.either([shape, .list(shape)])) { node, label, scope in
            if case .sequence(let items) = node.content { return items.compactMap { decode($0, label, &scope) } }
            return decode(node, label, &scope).map { [$0] }
        }
    }

    /// A map with keys of the user's own.
    var map: ValueType<[(key: Located<String>, value: Value)]> {
        ValueType<[(key: Located<String>, value: Value)]>(.map(shape)) { node, label, scope in
            guard case .mapping(let entries) = node.content else {
                scope.refuse(node, label, "a map")
                return nil
            }
            return entries.compactMap { entry in
                decode(entry.value, entry.key.value, &scope).map { (entry.key, $0) }
            }
        }
    }

    /// The value made into another, with a report where that can't be.
    func then<Other>(
        _ transform: @escaping @Sendable (Value, YAMLNode, inout Scope) -> Other?
    ) -> ValueType<Other> {
        ValueType<Other>(shape) { node, label, scope in
            decode(node, label, &scope).flatMap { transform($0, node, &scope) }
        }
    }

    /// A short form for scalars beside this one for maps.
    func orShort(_ short: ValueType) -> ValueType {
        ValueType(.either([short.shape, shape])) { node, label, scope in
            if case .scalar = node.content { return short.decode(node, label, &scope) }
            return decode(node, label, &scope)
        }
    }

    /// A map with the keys of a table, stored into a copy of the start value.
    static func object(_ table: KeyTable<Value>, _ start: Value) -> ValueType where Value: Sendable {
        ValueType(table.shape) { node, label, scope in
            guard case .mapping = node.content else {
                scope.refuse(node, label, "a map")
                return nil
            }
            var value = start
            table.decode(node, label, into: &value, &scope)
            return value
        }
    }
}
