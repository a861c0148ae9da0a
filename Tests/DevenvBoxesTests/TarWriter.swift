/// Writes archives as no tar would (POSIX.1-2017 pax, "ustar Interchange Format").
struct TarWriter {
    private(set) var bytes: [UInt8] = []

    /// Adds a member. `claims` is the length that the header has, where that is not the content's.
    mutating func add(
        _ name: String, type: Character = "0", target: String = "", content: [UInt8] = [], claims: Int? = nil
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int, limit: Int) {
            let field = Array(text.utf8.prefix(limit))
            header.replaceSubrange(offset..<(offset + field.count), with: field)
        }
        put(name, at: 0, limit: 100)
        put("0000644", at: 100, limit: 8)
        put("0000000", at: 108, limit: 8)
        put("0000000", at: 116, limit: 8)
        let length = claims ?? content.count
        let digits = String(length, radix: 8)
        if digits.count <= 11 {
            put(String(repeating: "0", count: 11 - digits.count) + digits, at: 124, limit: 12)
        } else {
            // as GNU tar writes what octal digits don't hold
            header[124] = 0x80
            for index in 0..<8 { header[128 + index] = UInt8(truncatingIfNeeded: length >> (56 - 8 * index)) }
        }
        put("00000000000", at: 136, limit: 12)
        put(String(type), at: 156, limit: 1)
        put(target, at: 157, limit: 100)
        put("ustar", at: 257, limit: 6)
        put("00", at: 263, limit: 2)
        for index in 148..<156 { header[index] = 0x20 }
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum, at: 148, limit: 6)
        header[154] = 0
        bytes += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// Adds a text.
    mutating func add(_ name: String, text: String) { add(name, content: Array(text.utf8)) }

    /// The archive, with its end.
    func finished() -> [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}
