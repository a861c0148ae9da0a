import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// What connects a machine to the world: networks and forwards of the host, or QEMU's own network with its forwards where
/// the user has no privileges.
///
/// Of a host's libvirt all of it is there before the machine runs; a port that is taken is then known before anything is
/// started. QEMU's own forwards can only be asked of a QEMU that runs.
struct Wiring: Sendable {
    let mark: MachineMark
    let identity: MachineIdentity
    let place: LibvirtRecord
    let connection: LibvirtConnection
    let networks: ProjectNetworks
    let supervisor: ForwardSupervisor
    /// What is wanted; nil for a machine that goes on as it was.
    let request: MachineRequest?

    /// Does what can be done before the machine runs.
    func prepare() async throws(ProviderError) {
        guard place.scope == .system else { return }
        if let request {
            try await networks.establish(for: request)
        } else {
            try await networks.activate(mark.networks, of: identity)
        }
        FaultPoint.reach("libvirt.wiring.networks")
        guard let address = mark.reachedAddress else { return }
        try await supervisor.bring(mark.forwards, to: address, through: place.remoteHost, of: identity)
    }

    /// Does what a machine that runs needs: cables that hang loose are plugged in again, QEMU's own forwards begin.
    func complete(_ domain: DomainID) async throws(ProviderError) {
        if place.scope == .system { try await networks.reconnect(domain) }
        // of a host's machine that is started, the description says it all
        guard place.scope == .session || request == nil else { return }
        let attempt = "forwarding ports to '\(identity.name)'"
        let known = try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.domainMetadata(domain).flatMap { MachineMark($0) } ?? mark
        }
        var wanted = known
        wanted.forwards = mark.forwards
        if place.scope == .session { try await SSHPort.bring(&wanted, of: domain, connection) }
        let new = wanted
        guard new != known else { return }
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.setDomainMetadata(domain, new.bare)
        }
    }

    /// Undoes what a failed start has done; the error that led here is the one to report.
    func abandon(_ domain: DomainID) async {
        if place.scope == .session { try? await connection.powerOff(domain, gracefully: false) }
        try? await supervisor.take(downOf: identity)
    }
}

/// The port of this host that leads to the SSH server of a machine without an address.
enum SSHPort {
    /// The port that it had, or one that is free now; none that the machine's other forwards are to have.
    static func choose(known: UInt16? = nil, besides forwards: [PortForward]) -> UInt16 {
        let taken = Set(forwards.map(\.host))
        if let known, !taken.contains(known) { return known }
        return HostPort.unused(except: taken)
    }

    /// Begins the forwards of a machine, that of its SSH server among them, on another port where its own was taken meanwhile.
    static func bring(_ mark: inout MachineMark, of domain: DomainID, _ connection: LibvirtConnection)
        async throws(ProviderError)
    {
        let forwards = SessionForwards(connection: connection)
        var port = choose(known: mark.sshPort, besides: mark.forwards)
        while true {
            do throws(ProviderError) {
                let own = PortForward(host: port, guest: mark.guestPort)
                try await forwards.bring([own] + mark.forwards, of: domain)
                mark.sshPort = port
                return
            } catch {
                guard error.code == .portInUse, error.port == port else { throw error }
            }
            port = choose(besides: mark.forwards)
        }
    }
}
