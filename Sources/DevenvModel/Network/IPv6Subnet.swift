/// An IPv6 network of 64 bits, beside the IPv4 subnet of the same network: a machine's address in it is made of that in the
/// other, so that only one of them has to be given out.
package struct IPv6Subnet: Hashable, Sendable {
    /// The network's own, lowest address.
    package let address: IPv6Address

    /// The subnet that an address lies in.
    package init(of address: IPv6Address) { self.address = IPv6Address(value: (address.value >> 64) << 64) }

    /// Reads `fd5e:1::/64`; nil for anything else, another length or bits after the prefix included.
    package init?(_ text: String) {
        guard text.hasSuffix("/64"), let address = IPv6Address(String(text.dropLast(3))) else { return nil }
        self.init(of: address)
        guard self.address == address else { return nil }
    }

    /// The unique local subnet (RFC 4193) that belongs to an IPv4 subnet: no two networks of a host have the same.
    package init(besides subnet: IPv4Subnet) {
        address = IPv6Address(value: 0xFDDE_7E6E << 96 | UInt128(subnet.address.value) << 64)
    }

    /// Whether machines can have addresses in it: unique local ones, or global ones (RFC 4291, section 2.4; IANA has given out
    /// 2000::/3).
    package var isUsable: Bool { address.value >> 121 == 0xFC >> 1 || address.value >> 125 == 1 }

    /// The address of the machine, or of the host, that has this one in the IPv4 subnet.
    package func address(for other: IPv4Address) -> IPv6Address {
        IPv6Address(value: address.value | UInt128(other.value))
    }
}

extension IPv6Subnet: CustomStringConvertible {
    /// The address and the prefix's length.
    package var description: String { "\(address)/64" }
}

extension IPv6Subnet: Codable {
    /// Reads `fd5e:1::/64`.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let subnet = IPv6Subnet(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no IPv6 subnet")
        }
        self = subnet
    }

    /// Writes `fd5e:1::/64`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Which IPv6 subnet a network is to have, as written.
package enum IPv6Choice: Hashable, Sendable {
    /// The one that belongs to its IPv4 subnet.
    case automatic
    /// This one.
    case fixed(IPv6Subnet)

    /// The subnet beside this one.
    package func subnet(besides other: IPv4Subnet) -> IPv6Subnet {
        switch self {
        case .automatic: IPv6Subnet(besides: other)
        case .fixed(let subnet): subnet
        }
    }
}
