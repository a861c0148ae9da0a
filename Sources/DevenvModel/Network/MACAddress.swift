/// An IEEE 802 MAC-48 address.
package struct MACAddress: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Six pairs of lower-case hexadecimal digits with colons between them.
    package let description: String

    /// Reads `02:42:0a:3c:00:0a` in either case; nil for anything else and for multicast addresses, which no interface
    /// may have.
    package init?(_ text: String) {
        let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(Self.isDigit) }),
            let first = UInt8(parts[0], radix: 16), first & 1 == 0
        else { return nil }
        description = parts.joined(separator: ":")
    }

    /// The locally administered address that belongs to an IPv4 address: `02:dd` and its four bytes. Stable as long as
    /// the address is, unique within a network.
    package init(for address: IPv4Address) {
        let bytes = [24, 16, 8, 0].map { UInt8(address.value >> $0 & 0xFF) }
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        description = (["02", "dd"] + digits).joined(separator: ":")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
