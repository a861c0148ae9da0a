/// An IPv6 address (RFC 4291).
package struct IPv6Address: Hashable, Sendable, Comparable {
    /// The address as a number, the first group the highest.
    package let value: UInt128

    /// Makes an address from its 128 bits.
    package init(value: UInt128) { self.value = value }

    /// Reads groups of up to four hexadecimal digits with colons between them, `::` for any number of zeros once; nil otherwise.
    /// Without the forms that have a dotted IPv4 address or a zone in them.
    package init?(_ text: String) {
        guard let gap = text.firstRange(of: "::") else {
            guard let groups = Self.groups(text), groups.count == 8 else { return nil }
            self.init(groups)
            return
        }
        guard let head = Self.groups(text[..<gap.lowerBound]), let tail = Self.groups(text[gap.upperBound...]),
            head.count + tail.count < 8
        else { return nil }
        self.init(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private init(_ groups: [UInt16]) { value = groups.reduce(0) { $0 << 16 | UInt128($1) } }

    private static func groups(_ text: some StringProtocol) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        for part in text.split(separator: ":", omittingEmptySubsequences: false) {
            guard (1...4).contains(part.utf8.count), part.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                let group = UInt16(part, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups
    }

    /// Orders by number.
    package static func < (left: IPv6Address, right: IPv6Address) -> Bool { left.value < right.value }
}

extension IPv6Address: CustomStringConvertible {
    /// The one form that RFC 5952 recommends: small digits, no leading zeros, `::` for the first of the longest runs of zeros.
    package var description: String {
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * $0)) }
        func text(_ part: some Collection<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        var longest = 0..<0
        var start = 0
        for end in 1...8 where end == 8 || groups[end] != 0 || groups[start] != 0 {
            if groups[start] == 0, end - start > max(1, longest.count) { longest = start..<end }
            start = end
        }
        if longest.isEmpty { return text(groups) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}

extension IPv6Address: Codable {
    /// Reads the text.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = IPv6Address(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no IPv6 address")
        }
        self = address
    }

    /// Writes the text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
