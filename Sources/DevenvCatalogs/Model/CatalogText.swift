/// The text of a catalog's file, under its name for messages; reads values out of it and says where one is not what it must be.
struct CatalogText: Sendable {
    /// The file's path or URL.
    let name: String
    let bytes: [UInt8]

    /// The value that it holds.
    func parse() throws(CatalogError) -> JSONValue {
        do throws(JSONParser.Mistake) { return try JSONParser.parse(bytes) } catch {
            let isPage = bytes.first { $0 > 0x20 } == UInt8(ascii: "<")
            throw refusal(
                error.offset, error.message,
                help: isPage ? "this is a web page, not a catalog: check the address" : "it must be JSON")
        }
    }

    /// The text of a key that must be there.
    func text(_ key: String, of value: JSONValue, _ subject: String) throws(CatalogError) -> String {
        guard let text = try optionalText(key, of: value) else {
            throw refusal(value.offset, "\(subject) lacks the key '\(key)'")
        }
        return text
    }

    /// The text of a key; nil where it is missing or null. Numbers count as texts: versions are often written as such.
    func optionalText(_ key: String, of value: JSONValue) throws(CatalogError) -> String? {
        guard let found = value[key], !found.isNull else { return nil }
        switch found.content {
        case .text(let text): return text
        case .number(let digits): return digits
        default: throw refusal(found.offset, "'\(key)' must be a text, and is \(found.kind)")
        }
    }

    /// The number of a key; nil where it is missing or null.
    func optionalNumber(_ key: String, of value: JSONValue) throws(CatalogError) -> Int64? {
        guard let found = value[key], !found.isNull else { return nil }
        guard case .number(let digits) = found.content, let number = Int64(digits), number >= 0 else {
            throw refusal(found.offset, "'\(key)' must be a whole number, and is \(found.kind)")
        }
        return number
    }

    /// The list of a key; empty where it is missing or null.
    func list(_ key: String, of value: JSONValue) throws(CatalogError) -> [JSONValue] {
        guard let found = value[key], !found.isNull else { return [] }
        guard let elements = found.elements else {
            throw refusal(found.offset, "'\(key)' must be a list, and is \(found.kind)")
        }
        return elements
    }

    /// Throws where a value is no object.
    func requireObject(_ value: JSONValue, _ subject: String) throws(CatalogError) {
        if case .object = value.content { return }
        throw refusal(value.offset, "\(subject) must be an object, and is \(value.kind)")
    }

    /// What is wrong at a place, as `catalog.json:3:7: …`.
    func refusal(_ offset: Int, _ message: String, help: String? = nil) -> CatalogError {
        let before = bytes.prefix(offset)
        let line = before.count { $0 == 0x0a } + 1
        let column = before.count - ((before.lastIndex(of: 0x0a) ?? -1) + 1) + 1
        return CatalogError(.invalid, "\(name):\(line):\(column): \(message)", help: help)
    }
}
