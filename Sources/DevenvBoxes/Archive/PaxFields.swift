/// The fields that a pax header gives to the member after it (POSIX.1-2017 pax, "pax Extended Header"), as far as they say
/// what the member is called and where its content belongs.
struct PaxFields: Hashable, Sendable {
    private(set) var path: String?
    /// What a link leads to.
    private(set) var linkPath: String?
    private(set) var size: Int64?
    /// The length of a file with all its holes.
    private(set) var realSize: Int64?
    /// Whether the map of the holes stands before the content (GNU tar's form 1.0).
    private(set) var isMapInContent = false
    /// Whether the holes are in a form that this devenv knows: GNU tar wrote two others until 2006.
    private(set) var isMapKnown = true

    init() {}

    /// Reads records of the form `LENGTH KEY=VALUE\n`; nil for anything else.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while let first = rest.first, first != 0 {
            let digits = rest.prefix { $0 != 0x20 }
            guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 2 else {
                return nil
            }
            guard length <= rest.count else { return nil }
            let record = rest.prefix(length).dropFirst(digits.count + 1).dropLast()
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let value = String(decoding: record[(equals + 1)...], as: UTF8.self)
            guard take(String(decoding: record[..<equals], as: UTF8.self), value) else { return nil }
            rest = rest.dropFirst(length)
        }
    }

    private mutating func take(_ key: String, _ value: String) -> Bool {
        switch key {
        case "path", "GNU.sparse.name":
            // GNU.sparse.name is the true one: beside it, path is made up for programs that know no holes
            if path == nil || key != "path" { path = value }
        case "linkpath": linkPath = value
        case "size":
            guard let number = Int64(value), number >= 0 else { return false }
            size = number
        case "GNU.sparse.realsize":
            guard let number = Int64(value), number >= 0 else { return false }
            realSize = number
        case "GNU.sparse.major":
            isMapInContent = value == "1"
            isMapKnown = isMapInContent
        case "GNU.sparse.numblocks": isMapKnown = false
        default: break
        }
        return true
    }
}
