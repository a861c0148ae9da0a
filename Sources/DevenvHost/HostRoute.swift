package import DevenvModel
import SystemPackage

/// A subnet that this host has a way to.
package struct HostRoute: Hashable, Sendable {
    /// The network interface that it is behind.
    package let interface: String
    /// The subnet.
    package let subnet: IPv4Subnet

    /// Makes a route.
    package init(interface: String, subnet: IPv4Subnet) {
        self.interface = interface
        self.subnet = subnet
    }

    /// The routes of this host, or of the realm that this process is in, /proc/net/route (proc(5), route(8)), the default route
    /// left out.
    package static func all() -> [HostRoute] {
        let file = UserRealm.current.map { FilePath("/proc/\($0.holder)/net/route") } ?? "/proc/net/route"
        // Without /proc there is nothing to keep clear of.
        guard let bytes = (try? HostFiles.read(file)) ?? nil else { return [] }
        return all(in: String(decoding: bytes, as: UTF8.self))
    }

    /// A subnet, or a part of it, that this host has behind another interface than the one that is to lead there: what is in
    /// it would not be reached. A way to a larger subnet does no harm, as the smaller one is preferred.
    package static func obstacle(to subnet: IPv4Subnet, by interface: String) -> HostRoute? {
        all().first { $0.interface != interface && $0.leads(into: subnet) }
    }

    /// Whether it leads to a subnet or to a part of it. One to a larger subnet may begin at the same address.
    package func leads(into other: IPv4Subnet) -> Bool {
        other.contains(subnet.address) && subnet.prefixLength >= other.prefixLength
    }

    /// The same from the file's text: the numbers are in the machine's own byte order, as hexadecimal digits.
    package static func all(in text: String) -> [HostRoute] {
        text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: "\t").map { $0.split(separator: " ").first.map(String.init) ?? "" }
            guard fields.count > 7, let address = UInt32(fields[1], radix: 16), let mask = UInt32(fields[7], radix: 16),
                mask != 0
            else { return nil }
            let subnet = IPv4Subnet(
                IPv4Address(value: UInt32(bigEndian: address)), prefixLength: mask.nonzeroBitCount)
            return HostRoute(interface: fields[0], subnet: subnet)
        }
    }
}
