/// Reads JSON (RFC 8259), strictly, and says where it is wrong.
struct JSONParser {
    /// What is wrong, and where.
    struct Mistake: Error, Hashable, Sendable {
        let message: String
        let offset: Int
    }

    private static let deepest = 64
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value that the bytes hold.
    static func parse(_ bytes: [UInt8]) throws(Mistake) -> JSONValue {
        var parser = JSONParser(bytes)
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { parser.position = 3 }  // some editors begin with a mark
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.mistake("there is more behind the value") }
        return value
    }

    private mutating func value() throws(Mistake) -> JSONValue {
        skipSpace()
        let start = position
        guard let byte = peek else { throw mistake("a value is missing") }
        let content: JSONValue.Content
        switch byte {
        case UInt8(ascii: "{"): content = .object(try nested { parser throws(Mistake) in try parser.members() })
        case UInt8(ascii: "["): content = .list(try nested { parser throws(Mistake) in try parser.elements() })
        case UInt8(ascii: "\""): content = .text(try string())
        case UInt8(ascii: "t"): content = try word("true", .bool(true))
        case UInt8(ascii: "f"): content = try word("false", .bool(false))
        case UInt8(ascii: "n"): content = try word("null", .null)
        default: content = .number(try number())
        }
        return JSONValue(content, at: start)
    }

    private mutating func nested<Value>(_ body: (inout JSONParser) throws(Mistake) -> Value) throws(Mistake) -> Value {
        guard depth < Self.deepest else { throw mistake("it is nested too deeply") }
        depth += 1
        defer { depth -= 1 }
        position += 1
        return try body(&self)
    }

    private mutating func members() throws(Mistake) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        while true {
            skipSpace()
            if members.isEmpty, take("}") { return members }
            guard peek == UInt8(ascii: "\"") else { throw mistake("a key in quotes is missing") }
            let key = try string()
            skipSpace()
            guard take(":") else { throw mistake("':' is missing after the key '\(key)'") }
            members.append(JSONValue.Member(key: key, value: try value()))
            skipSpace()
            if take("}") { return members }
            guard take(",") else { throw mistake("',' or '}' is missing") }
        }
    }

    private mutating func elements() throws(Mistake) -> [JSONValue] {
        var elements: [JSONValue] = []
        while true {
            skipSpace()
            if elements.isEmpty, take("]") { return elements }
            elements.append(try value())
            skipSpace()
            if take("]") { return elements }
            guard take(",") else { throw mistake("',' or ']' is missing") }
        }
    }

    private mutating func word(_ word: String, _ content: JSONValue.Content) throws(Mistake) -> JSONValue.Content {
        guard bytes[position...].starts(with: word.utf8) else { throw mistake("this is no value of JSON") }
        position += word.utf8.count
        return content
    }

    private mutating func number() throws(Mistake) -> String {
        let start = position
        while let byte = peek, "0123456789+-.eE".utf8.contains(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let first = text.utf8.first, first == 0x2d || (0x30...0x39).contains(first), Double(text) != nil else {
            position = start
            throw mistake("this is no value of JSON")
        }
        return text
    }

    private mutating func string() throws(Mistake) -> String {
        let start = position
        position += 1
        // most texts stand there as they are
        let plain = bytes[position...].prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 >= 0x20 }
        position = plain.endIndex
        if peek == UInt8(ascii: "\""), let string = String(validating: plain, as: UTF8.self) {
            position += 1
            return string
        }
        var text = Array(plain)
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw Mistake(message: "this text is not UTF-8", offset: start)
                }
                return string
            case UInt8(ascii: "\\"): text += try escape()
            case 0..<0x20: throw mistake("a text ends before its line does")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw Mistake(message: "this text does not end", offset: start)
    }

    private mutating func escape() throws(Mistake) -> [UInt8] {
        position += 1
        guard let byte = peek else { throw mistake("the file ends within a text") }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "u"): return Array(String(Character(try scalar())).utf8)
        default: throw mistake("'\\' stands before a character that it gives no meaning")
        }
    }

    /// A character by its number, in two halves where it is a high one.
    private mutating func scalar() throws(Mistake) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xd800..<0xdc00).contains(first), take("\\"), take("u") else {
            throw mistake("half a character stands alone")
        }
        let second = try unit()
        let number = 0x10000 + (first - 0xd800) << 10 + (second & 0x3ff)
        guard (0xdc00..<0xe000).contains(second), let scalar = Unicode.Scalar(number) else {
            throw mistake("half a character stands alone")
        }
        return scalar
    }

    private mutating func unit() throws(Mistake) -> UInt32 {
        let digits = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
        guard digits.utf8.count == 4, !digits.hasPrefix("+"), let number = UInt32(digits, radix: 16) else {
            throw mistake("four hexadecimal digits are missing")
        }
        position += 4
        return number
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private func mistake(_ message: String) -> Mistake { Mistake(message: message, offset: position) }
}
