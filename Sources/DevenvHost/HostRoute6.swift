package import DevenvModel
import SystemPackage

/// Ways of this host over IPv6.
package enum HostRoute6 {
    /// The interface, other than the one that is to lead there, behind which this host has a subnet or a part of it; nil for none.
    package static func obstacle(to subnet: IPv6Subnet, by interface: String) -> String? {
        // Without it there is no IPv6 to keep clear of.
        guard let bytes = (try? HostFiles.read("/proc/net/ipv6_route")) ?? nil else { return nil }
        return obstacle(to: subnet, by: interface, in: String(decoding: bytes, as: UTF8.self))
    }

    /// The interfaces that this host's default routes lead through; none where it reaches nothing outside over IPv6.
    package static func uplinks() -> [String] {
        guard let bytes = (try? HostFiles.read("/proc/net/ipv6_route")) ?? nil else { return [] }
        return uplinks(in: String(decoding: bytes, as: UTF8.self))
    }

    /// The same from the file's text; the flags stand before the interface, RTF_UP is 1 and RTF_REJECT 0x200 (linux/route.h).
    package static func uplinks(in text: String) -> [String] {
        let names = text.split(separator: "\n").compactMap { line -> String? in
            let fields = line.split(separator: " ")
            guard fields.count == 10, fields[1] == "00", fields[0].allSatisfy({ $0 == "0" }), fields[9] != "lo",
                let flags = UInt32(fields[8], radix: 16), flags & 0x201 == 1
            else { return nil }
            return String(fields[9])
        }
        return Set(names).sorted()
    }

    /// The same from the file's text: the destination's 32 digits and its length first, the interface last, all numbers hexadecimal
    /// (ipv6_route in the kernel's net/ipv6/route.c). What stands at the loopback are the host's own addresses.
    package static func obstacle(to subnet: IPv6Subnet, by interface: String, in text: String) -> String? {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, let name = fields.last, name != interface, name != "lo",
                let length = Int(fields[1], radix: 16), length >= 64,
                let value = UInt128(fields[0], radix: 16), IPv6Subnet(of: IPv6Address(value: value)) == subnet
            else { continue }
            return String(name)
        }
        return nil
    }
}
