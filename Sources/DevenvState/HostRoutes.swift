import DevenvHost
import DevenvModel
import SystemPackage

/// The IPv4 routes of this host, /proc/net/route (proc(5), route(8)).
enum HostRoutes {
    /// The subnets that the host has a route to, the default route left out.
    static func subnets() -> [IPv4Subnet] {
        // Without /proc there is nothing to keep clear of.
        guard let bytes = (try? HostFiles.read("/proc/net/route")) ?? nil else { return [] }
        return subnets(in: String(decoding: bytes, as: UTF8.self))
    }

    /// The same from the file's text: the numbers are in the machine's own byte order, as hexadecimal digits.
    static func subnets(in text: String) -> [IPv4Subnet] {
        text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: "\t").map { $0.split(separator: " ").first.map(String.init) ?? "" }
            guard fields.count > 7, let address = UInt32(fields[1], radix: 16), let mask = UInt32(fields[7], radix: 16),
                mask != 0
            else { return nil }
            return IPv4Subnet(
                IPv4Address(value: UInt32(bigEndian: address)), prefixLength: mask.nonzeroBitCount)
        }
    }
}
