import DevenvModel
import DevenvPluginAPI

/// What running machines need around them, looked at once for all of them.
struct Surroundings: Sendable {
    private let marks: [MachineID: MachineMark]
    private let stoppedNetworks: Set<String>
    private let forwards: [MachineID: Set<ForwardRoute>]
    private let looseCables: [MachineID: [String]]

    /// Looks at the networks and the forwards of machines.
    init(
        marks: [MachineID: MachineMark], running: [MachineID: DomainID], scope: HostAbilities.Scope,
        projects: ProjectNetworks, attempt: String
    ) async throws(ProviderError) {
        self.marks = marks
        let needed = Set(marks.values.flatMap(\.networks))
        let networks =
            needed.isEmpty
            ? []
            : try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
                try await projects.connection.networks()
            }
        stoppedNetworks = needed.subtracting(networks.filter(\.isActive).map(\.name))
        var plugged: [MachineID: (domain: DomainID, networks: [String])] = [:]
        for (machine, domain) in running { plugged[machine] = (domain, marks[machine]?.networks ?? []) }
        looseCables = try await projects.looseCables(of: plugged, among: networks)
        if scope == .session {
            forwards = try await Self.ownForwards(of: running, projects.connection)
        } else {
            let forwarding = marks.filter { !$0.value.forwards.isEmpty }
            forwards = forwarding.isEmpty ? [:] : ForwardSupervisor.routes(of: Set(forwarding.keys))
        }
    }

    /// The forwards of QEMU's own networks.
    private static func ownForwards(of running: [MachineID: DomainID], _ connection: LibvirtConnection)
        async throws(ProviderError) -> [MachineID: Set<ForwardRoute>]
    {
        var found: [MachineID: Set<ForwardRoute>] = [:]
        for (machine, domain) in running {
            found[machine] = try await SessionForwards(connection: connection).routes(of: domain)
        }
        return found
    }

    /// What a machine is seen as.
    func observation(
        of domain: DomainInfo?, _ machine: MachineID, place: LibvirtRecord, disk: DiskState
    ) -> MachineObservation {
        guard let domain else { return withoutDomain(disk) }
        if let gone = disk.missing.disks.first { return MachineObservation(.broken("its disk '\(gone)' is gone")) }
        guard let mark = marks[machine] else {
            return MachineObservation(.broken("its domain has lost devenv's mark"))
        }
        let state = domain.observedState
        guard state == .running else { return MachineObservation(state, drift: domain.complaints) }
        return MachineObservation(
            .running, address: mark.reachedAddress ?? (mark.sshPort == nil ? nil : .loopback),
            access: place.access(to: mark), drift: drift(of: mark, at: place))
    }

    /// A disk without its domain is a machine all the same: its next start describes it to libvirt again.
    private func withoutDomain(_ disk: DiskState) -> MachineObservation {
        disk.wasMade && disk.missing.disks.isEmpty
            ? MachineObservation(.stopped, drift: ["its domain was removed behind devenv's back"])
            : MachineObservation(.absent)
    }

    private func drift(of mark: MachineMark, at place: LibvirtRecord) -> [String] {
        let networks =
            mark.networks.filter(stoppedNetworks.contains).map { "its network '\($0)' is not active" }
            + (looseCables[mark.machine] ?? [])
        let present = forwards[mark.machine] ?? []
        if let address = mark.reachedAddress {
            let host = place.remoteHost
            return networks
                + ForwardRoute.drift(wanted: mark.forwards, to: address, through: host, present: present)
        }
        guard let own = mark.sshForward else { return networks }
        return networks + SessionForwards.drift(wanted: [own] + mark.forwards, present: present)
    }
}

extension LibvirtRecord {
    /// The way to the SSH server of a machine at this place, where that is not its own port at its own address. A port of a
    /// user's libvirt is one of the host that this runs on.
    func access(to mark: MachineMark) -> SSHRoute? {
        guard let host = remoteHost else { return mark.sshPort.map { .port($0) } }
        if let port = mark.sshPort { return .program(host.program(to: .loopback, port: port)) }
        return mark.reachedAddress.map { .program(host.program(to: $0, port: mark.guestPort)) }
    }
}

/// What is there of a machine's disks.
struct DiskState: Hashable, Sendable {
    /// Whether they were made.
    let wasMade: Bool
    /// What of them is missing.
    let missing: MissingVolumes
}

extension DomainInfo {
    /// The state in devenv's words.
    var observedState: MachineObservation.State {
        switch state {
        case .paused(.user), .paused(.ioError), .paused(.fromSnapshot), .paused(.save), .paused(.dump),
            .paused(.watchdog), .paused(.snapshot), .paused(.migration), .pmSuspended:
            .suspended
        case .shutOff where hasManagedSave: .suspended
        case _ where isActive: .running
        default: .stopped
        }
    }

    /// What should not be so.
    var complaints: [String] {
        switch state {
        case .paused(.ioError): ["it was paused, as one of its disks failed or the host's disk is full"]
        case .shutOff(.crashed), .crashed: ["it crashed"]
        default: []
        }
    }
}
