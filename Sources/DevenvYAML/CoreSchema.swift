/// The tag resolution of YAML 1.2.2, section 10.3.2.
enum CoreSchema {
    /// The value of a plain scalar.
    static func resolve(_ text: String) -> YAMLScalar.Value {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"),
            UInt8(ascii: "f"), UInt8(ascii: "F"):
            return words[text] ?? .string(text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            return integer(text) ?? number(text) ?? .string(text)
        default:
            return .string(text)
        }
    }

    private static let words: [String: YAMLScalar.Value] = [
        "~": .null, "null": .null, "Null": .null, "NULL": .null,
        "true": .boolean(true), "True": .boolean(true), "TRUE": .boolean(true),
        "false": .boolean(false), "False": .boolean(false), "FALSE": .boolean(false),
    ]

    /// `[-+]?[0-9]+`, `0o[0-7]+`, `0x[0-9a-fA-F]+`; nil for anything else and for what does not fit 64 bits.
    private static func integer(_ text: String) -> YAMLScalar.Value? {
        let isBased = text.hasPrefix("0o") || text.hasPrefix("0x")
        guard isBased else { return Int(text).map { .integer($0) } }
        let digits = text.dropFirst(2)
        guard let first = digits.first, first != "+", first != "-" else { return nil }
        return Int(digits, radix: text.hasPrefix("0x") ? 16 : 8).map { .integer($0) }
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, `[-+]?.inf`, `.nan`; nil for anything else.
    private static func number(_ text: String) -> YAMLScalar.Value? {
        let unsigned = text.drop { $0 == "+" || $0 == "-" }
        guard text.utf8.count - unsigned.utf8.count <= 1 else { return nil }
        if [".inf", ".Inf", ".INF"].contains(unsigned) { return .number(text.hasPrefix("-") ? -.infinity : .infinity) }
        if [".nan", ".NaN", ".NAN"].contains(text) { return .number(.nan) }
        return isDecimal(Array(unsigned.utf8)) ? Double(text).map { .number($0) } : nil
    }

    private static func isDecimal(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        let whole = digits(&rest)
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = digits(&rest)
        }
        guard whole + fraction > 0 else { return false }
        guard let mark = rest.popFirst() else { return true }
        guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return false }
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        return digits(&rest) > 0 && rest.isEmpty
    }

    /// Takes the digits at the front off and says how many there were.
    private static func digits(_ bytes: inout ArraySlice<UInt8>) -> Int {
        let count = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
        bytes.removeFirst(count)
        return count
    }
}
