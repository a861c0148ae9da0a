import DevenvHost
package import DevenvModel
package import DevenvPluginAPI

/// The forwards into machines of a user without privileges: QEMU itself listens, on behalf of its user-mode network. They end
/// with the machine's QEMU, and are asked of it alone.
///
/// The caller holds the machine's lock.
package struct SessionForwards: Sendable {
    let connection: LibvirtConnection
    /// What QEMU calls the network of the card that libvirt calls `ua-user`.
    private static let network = "hostua-user"
    /// What QEMU gives the machine.
    private static let guest = IPv4Address(value: 0x0A00_020F)

    /// Makes it.
    package init(connection: LibvirtConnection) { self.connection = connection }

    /// Makes the forwards of a running machine exactly those that are wanted, and leaves those that are there undisturbed.
    /// When it returns, every port listens.
    ///
    /// - Throws: `.portInUse` before anything is changed; where another program is as quick as we are, after what is no
    ///   longer wanted was ended and some of the new ones were begun, which are then ended again.
    package func bring(_ wanted: [PortForward], of domain: DomainID) async throws(ProviderError) {
        let present = try await routes(of: domain)
        let routes = Set(wanted.map { ForwardRoute($0, to: Self.guest) })
        let (stale, missing) = (present.subtracting(routes), routes.subtracting(present))
        // a port that changes hands within the machine is free only once its old forward has ended
        try check(missing.filter { route in !stale.contains { $0.beginsLike(route) } })
        for route in stale { try await remove(route, of: domain) }
        FaultPoint.reach("libvirt.session-forwards.cleared")
        var begun: [ForwardRoute] = []
        do throws(ProviderError) {
            for route in missing {
                try ProviderError.checkCancellation("forwarding \(route.forward)")
                try await add(route, of: domain)
                begun.append(route)
                FaultPoint.reach("libvirt.session-forwards.started")
            }
        } catch {
            for route in begun { try await remove(route, of: domain) }
            throw error
        }
    }

    /// Ends all forwards of a running machine; none there is fine.
    package func take(downOf domain: DomainID) async throws(ProviderError) {
        for route in try await routes(of: domain) { try await remove(route, of: domain) }
    }

    /// The routes of a running machine that are there. Their target is the address that QEMU gives every machine.
    package func routes(of domain: DomainID) async throws(ProviderError) -> Set<ForwardRoute> {
        UserNetworkListing.routes(in: try await ask("info usernet", domain))
    }

    /// What of a machine's forwards is missing among those that are there, one text each.
    package static func drift(wanted: [PortForward], present: Set<ForwardRoute>) -> [String] {
        ForwardRoute.drift(wanted: wanted, to: guest, present: present)
    }

    private func add(_ route: ForwardRoute, of domain: DomainID) async throws(ProviderError) {
        let rule = "\(route.transport):\(route.listen)-:\(route.target.port)"
        let answer = try await ask("hostfwd_add \(Self.network) \(rule)", domain)
        // QEMU says nothing where it went well, and never why it did not
        guard !answer.isEmpty else { return }
        try check([route])
        // whether a port of another host is free, only its QEMU can tell
        if !isOfThisHost { throw ForwardClaims.error(.taken, route.forward) }
        throw .failed("can't forward \(route.forward): QEMU says: \(answer)")
    }

    private func remove(_ route: ForwardRoute, of domain: DomainID) async throws(ProviderError) {
        _ = try await ask("hostfwd_remove \(Self.network) \(route.transport):\(route.listen)", domain)
    }

    private func ask(_ line: String, _ domain: DomainID) async throws(ProviderError) -> String {
        let answer = try await ProviderError.libvirt("forwarding ports") { () async throws(LibvirtError) in
            try await connection.monitorCommand(domain, hmp: line)
        }
        return answer.split(whereSeparator: \.isNewline).joined(separator: "\n")
    }

    private var isOfThisHost: Bool { PoolReach(uri: connection.uri) != .connection }

    private func check(_ routes: some Sequence<ForwardRoute>) throws(ProviderError) {
        guard isOfThisHost else { return }
        for route in routes {
            let verdict = HostPort.probe(route.forward)
            guard verdict == .free else { throw ForwardClaims.error(verdict, route.forward) }
        }
    }
}

/// What QEMU's monitor says to `info usernet`.
package enum UserNetworkListing {
    /// The forwards in it: `TCP[HOST_FORWARD]  12  127.0.0.1  8080  10.0.2.15  80  0  0`, with `*` for all addresses.
    package static func routes(in text: String) -> Set<ForwardRoute> {
        Set(
            text.split(whereSeparator: \.isNewline).compactMap { line in
                let fields = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
                guard fields.count >= 6, fields[0].hasSuffix("[HOST_FORWARD]"),
                    let transport = PortForward.Transport(rawValue: fields[0].prefix(3).lowercased()),
                    let listen = SocketAddress("\(fields[2] == "*" ? "0.0.0.0" : fields[2]):\(fields[3])"),
                    let target = SocketAddress("\(fields[4]):\(fields[5])")
                else { return nil }
                return ForwardRoute(transport, from: listen, to: target)
            })
    }
}
