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
    /// The program, with its arguments, whose standard input and output lead to the target, one for each connection; none
    /// where this host reaches the target by itself. Only for TCP.
    package let program: [String]

    /// Makes a route.
    package init(
        _ transport: PortForward.Transport, from listen: SocketAddress, to target: SocketAddress,
        through program: [String] = []
    ) {
        self.transport = transport
        self.listen = listen
        self.target = target
        self.program = program
    }

    /// The route of a forward into the machine at an address, which another host may have to lead to.
    package init(_ forward: PortForward, to address: IPv4Address, through host: RemoteHost? = nil) {
        self.init(
            forward.transport, from: SocketAddress(forward.address, forward.host),
            to: SocketAddress(address, forward.guest),
            through: host?.program(to: address, port: forward.guest) ?? [])
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
        wanted: [PortForward], to address: IPv4Address, through host: RemoteHost? = nil, present: Set<ForwardRoute>
    ) -> [String] {
        wanted.filter { !present.contains(ForwardRoute($0, to: address, through: host)) }
            .map { "forward \($0) is gone" }
    }
}
