package import DevenvHost
package import DevenvModel

/// Where a forward leads from and to, with everything decided.
package struct ForwardRoute: Hashable, Sendable {
    /// The transport protocol.
    package let transport: PortForward.Transport
    /// Where it begins: an address and a port of this host.
    package let listen: SocketAddress
    /// Where it ends: the machine's address and port.
    package let target: SocketAddress

    /// Makes a route.
    package init(_ transport: PortForward.Transport, from listen: SocketAddress, to target: SocketAddress) {
        self.transport = transport
        self.listen = listen
        self.target = target
    }

    /// The route of a forward into the machine at an address.
    package init(_ forward: PortForward, to address: IPv4Address) {
        self.init(
            forward.transport, from: SocketAddress(forward.address, forward.host),
            to: SocketAddress(address, forward.guest))
    }

    /// The forward that it carries out.
    package var forward: PortForward {
        PortForward(address: listen.address, host: listen.port, guest: target.port, transport: transport)
    }

    /// Whether it takes the same port of the host.
    func beginsLike(_ other: ForwardRoute) -> Bool { transport == other.transport && listen == other.listen }
}

extension ForwardRoute {
    /// What of the forwards of a machine is missing among the routes that are there, one text for each.
    package static func drift(
        wanted: [PortForward], to address: IPv4Address, present: Set<ForwardRoute>
    ) -> [String] {
        wanted.filter { !present.contains(ForwardRoute($0, to: address)) }.map { "forward \($0) is gone" }
    }
}
