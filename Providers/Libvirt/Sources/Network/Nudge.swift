import DevenvHost
import DevenvModel
import Glibc

/// A datagram that nobody needs, so that this host learns whether an address is there (RFC 826): it needs no privileges, and
/// unlike a connection it gives the machine nothing to do.
enum Nudge {
    /// Where such datagrams are to be thrown away (RFC 863).
    private static let discard: UInt16 = 9

    /// Sends one; never waits, never fails.
    static func send(to address: IPv4Address) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = unsafe SocketAddress(address, discard).withPointer { place, size in
            unsafe sendto(descriptor, "", 0, Int32(MSG_DONTWAIT), place, size)
        }
    }
}
