/// An IPv4 network: its lowest address and the length of its prefix (RFC 4632).
package struct IPv4Subnet: Hashable, Sendable {
    /// The network's own, lowest address.
    package let address: IPv4Address
    /// The number of leading bits that its addresses share.
    package let prefixLength: Int

    /// Makes a subnet; bits of the address past the prefix are cleared. The prefix must be within 0 and 32.
    package init(_ address: IPv4Address, prefixLength: Int) {
        precondition((0...32).contains(prefixLength))
        self.prefixLength = prefixLength
        self.address = IPv4Address(value: address.value & Self.mask(prefixLength))
    }

    /// Reads `10.60.0.0/24`; nil for anything else, host bits that are set included.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(String(parts[0])), let length = Int(parts[1]),
            String(length) == parts[1], (0...32).contains(length)
        else { return nil }
        self.init(address, prefixLength: length)
        guard self.address == address else { return nil }
    }

    /// Ones where the addresses are the same: 255.255.255.0 for a prefix of 24.
    package var mask: IPv4Address { IPv4Address(value: Self.mask(prefixLength)) }
    /// The highest address, to which broadcasts go.
    package var broadcast: IPv4Address { IPv4Address(value: address.value | ~Self.mask(prefixLength)) }
    /// The first usable address, which the host itself takes on it.
    package var gateway: IPv4Address { IPv4Address(value: address.value &+ 1) }
    /// The addresses that machines may have: all but the network's own, the gateway and the broadcast address.
    package var machineAddresses: ClosedRange<UInt32>? {
        let (first, last) = (address.value &+ 2, broadcast.value &- 1)
        return prefixLength <= 30 && first <= last ? first...last : nil
    }

    /// Whether an address lies in it.
    package func contains(_ other: IPv4Address) -> Bool {
        other.value & Self.mask(prefixLength) == address.value
    }

    /// Whether the two share an address.
    package func overlaps(_ other: IPv4Subnet) -> Bool {
        contains(other.address) || other.contains(address)
    }

    private static func mask(_ length: Int) -> UInt32 {
        length == 0 ? 0 : ~UInt32(0) << UInt32(32 - length)
    }
}

extension IPv4Subnet: CustomStringConvertible {
    /// The address, a slash and the prefix's length.
    package var description: String { "\(address)/\(prefixLength)" }
}

extension IPv4Subnet: Codable {
    /// Reads `10.60.0.0/24`.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let subnet = IPv4Subnet(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no IPv4 subnet")
        }
        self = subnet
    }

    /// Writes `10.60.0.0/24`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
