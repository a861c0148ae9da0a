import DevenvHost
package import DevenvModel
import Glibc
import SystemPackage

/// Gives an address back to a DHCP server in the name of a client that is no more.
///
/// dnsmasq does not give an address to anybody while somebody else has a lease of it, whatever is reserved, and ours have no
/// end: a machine whose MAC was changed would wait for ever.
package enum DHCPRelease {
    /// Tells the server on a bridge of this host. It does not answer (RFC 2131, section 4.4.6).
    static func send(_ lease: Lease, mac: MACAddress, to server: IPv4Address, on bridge: String) throws(Errno) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        defer { close(descriptor) }
        // or it would arrive from the loopback interface, which the server does not serve
        guard unsafe setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, bridge, socklen_t(bridge.utf8.count)) == 0
        else {
            throw Errno(rawValue: errno)
        }
        let message = message(lease.address, mac: mac, server: server)
        let count = unsafe SocketAddress(server, 67).withPointer { address, size in
            unsafe sendto(descriptor, message, message.count, 0, address, size)
        }
        guard count == message.count else { throw Errno(rawValue: errno) }
    }

    /// A DHCPRELEASE (RFC 2131, sections 2 and 4.4.6; RFC 2132 for the options). It names the client by its MAC alone, so
    /// that the lease is found whatever else the client called itself.
    package static func message(_ address: IPv4Address, mac: MACAddress, server: IPv4Address) -> [UInt8] {
        let transaction: [UInt8] = [0xDE, 0x5E, 0x6E, 0x76]
        let hardware = mac.description.split(separator: ":").compactMap { UInt8($0, radix: 16) }
        let head: [UInt8] = [1, 1, 6, 0] + transaction + [0, 0, 0, 0] + bytes(address)
        let addresses = [UInt8](repeating: 0, count: 12) + hardware + [UInt8](repeating: 0, count: 10)
        let names = [UInt8](repeating: 0, count: 64 + 128)
        let options: [UInt8] = [99, 130, 83, 99, 53, 1, 7, 54, 4] + bytes(server) + [255]
        return head + addresses + names + options
    }

    private static func bytes(_ address: IPv4Address) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(address.value >> $0 & 0xFF) }
    }
}
