/// An IPv4 address.
package struct IPv4Address: Hashable, Sendable, Comparable {
    /// The address in host byte order.
    package let value: UInt32

    /// Makes an address from its 32 bits.
    package init(value: UInt32) { self.value = value }

    /// Reads four decimal numbers of 0 to 255 without leading zeros (which some programs read as octal); nil otherwise.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard let number = UInt8(part), String(number) == part else { return nil }
            value = value << 8 | UInt32(number)
        }
        self.value = value
    }

    /// 127.0.0.1.
    package static let loopback = IPv4Address(value: 0x7F00_0001)

    /// Orders by number.
    package static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.value < right.value }
}

extension IPv4Address: CustomStringConvertible {
    /// The dotted form.
    package var description: String {
        "\(value >> 24).\(value >> 16 & 0xFF).\(value >> 8 & 0xFF).\(value & 0xFF)"
    }
}

extension IPv4Address: Codable {
    /// Reads the dotted form.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = IPv4Address(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no IPv4 address")
        }
        self = address
    }

    /// Writes the dotted form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
