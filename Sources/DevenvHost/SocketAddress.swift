package import DevenvModel
package import Glibc

/// An address and a port, as the socket calls take and give them.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address.
    package let address: IPv4Address
    /// The port.
    package let port: UInt16

    /// Makes one.
    package init(_ address: IPv4Address, _ port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads `127.0.0.1:8080`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(String(parts[0])), let port = UInt16(parts[1]),
            String(port) == parts[1]
        else { return nil }
        self.init(address, port)
    }

    /// `127.0.0.1:8080`.
    package var description: String { "\(address):\(port)" }

    /// Lends it to a call that takes an address.
    package func withPointer<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        var raw = sockaddr_in()
        raw.sin_family = sa_family_t(AF_INET)
        raw.sin_port = port.bigEndian
        raw.sin_addr.s_addr = address.value.bigEndian
        return withUnsafePointer(to: &raw) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
