/// A port of the host that leads into a machine.
package struct PortForward: Hashable, Sendable, Codable {
    /// The transport protocol.
    package enum Transport: String, Sendable, Codable, CaseIterable {
        /// Transmission Control Protocol.
        case tcp
        /// User Datagram Protocol.
        case udp
    }

    /// The address of the host that it is bound to.
    package var address: IPv4Address
    /// The host's port.
    package var host: UInt16
    /// The machine's port.
    package var guest: UInt16
    /// The transport protocol.
    package var transport: Transport
    /// Whether another free port of the host may be taken where this one is in use.
    package var isAutomatic: Bool

    /// Makes a forward, on 127.0.0.1 unless told otherwise.
    package init(
        address: IPv4Address = .loopback, host: UInt16, guest: UInt16, transport: Transport = .tcp,
        isAutomatic: Bool = false
    ) {
        self.address = address
        self.host = host
        self.guest = guest
        self.transport = transport
        self.isAutomatic = isAutomatic
    }
}

extension PortForward: CustomStringConvertible {
    /// `127.0.0.1:8080 -> 80/tcp`.
    package var description: String { "\(address):\(host) -> \(guest)/\(transport.rawValue)" }
}
