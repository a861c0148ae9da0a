package import DevenvModel
package import DevenvPluginAPI

/// What a machine needs of one of its networks.
package struct NetworkDemand: Hashable, Sendable {
    /// The network.
    package let network: ProjectNetwork
    /// The machine's name.
    package let machine: MachineName
    /// Its place on the network.
    package let interface: NetworkInterface
    /// The names of all machines on the network, its own included.
    package let hosts: [HostEntry]

    /// Makes a demand.
    package init(network: ProjectNetwork, machine: MachineName, interface: NetworkInterface, hosts: [HostEntry]) {
        self.network = network
        self.machine = machine
        self.interface = interface
        self.hosts = hosts
    }

    /// Everything that a machine needs, network by network.
    package static func list(of request: MachineRequest) -> [NetworkDemand] {
        request.spec.interfaces.map { interface in
            NetworkDemand(
                network: ProjectNetwork(interface.network, of: request.identity), machine: request.identity.name,
                interface: interface, hosts: request.hosts.filter { interface.subnet.contains($0.address) })
        }
    }

    /// The machine's own reservation.
    var lease: FixedLease { FixedLease(name: machine, mac: interface.mac, address: interface.address) }
}

extension NetworkDescription {
    /// What a network must become for a machine, given what it is, if anything.
    ///
    /// The other machines are reserved their addresses as well, so that the first of a project to start writes everything and
    /// the rest find it done: libvirt takes half a second for each change of an active network's reservations. What another
    /// machine has reserved for itself, under a MAC that only its own request tells, stays.
    package static func serving(_ demand: NetworkDemand, over current: NetworkDescription?) -> NetworkDescription {
        let (subnet, isInternal) = (demand.interface.subnet, demand.interface.isInternal)
        let isSame = current?.subnet == subnet && current?.isInternal == isInternal
        var result = NetworkDescription(
            demand.network, subnet: subnet, isInternal: isInternal, leases: isSame ? current?.leases ?? [] : [],
            names: isSame ? current?.names ?? [] : [])
        for host in demand.hosts where host.address != demand.interface.address { result.admit(host) }
        result.reserve(demand.lease)
        for host in demand.hosts { result.name(host) }
        result.leases.sort { $0.address < $1.address }
        result.names.sort { $0.address < $1.address }
        return result
    }

    /// Reserves another machine's address, unless it is reserved for it already.
    private mutating func admit(_ host: HostEntry) {
        // its hostname comes before its own name where the two differ
        guard let name = host.names.last.flatMap(MachineName.init(rawValue:)),
            !leases.contains(where: { $0.name == name && $0.address == host.address })
        else { return }
        reserve(FixedLease(name: name, mac: MACAddress(for: host.address), address: host.address))
    }

    private mutating func reserve(_ lease: FixedLease) {
        leases.removeAll { $0.collides(with: lease) }
        leases.append(lease)
    }

    private mutating func name(_ host: HostEntry) {
        names.removeAll { $0.collides(with: host) }
        names.append(host)
    }

    /// The network without what was reserved for a machine and its names.
    package func without(_ machine: MachineName) -> NetworkDescription {
        let addresses = Set(leases.filter { $0.name == machine }.map(\.address))
        var result = self
        result.leases.removeAll { $0.name == machine }
        result.names.removeAll { addresses.contains($0.address) }
        return result
    }
}

extension FixedLease {
    /// Whether libvirt would not have both.
    func collides(with other: FixedLease) -> Bool {
        name == other.name || mac == other.mac || address == other.address
    }
}

extension HostEntry {
    /// Whether libvirt would not have both.
    func collides(with other: HostEntry) -> Bool {
        address == other.address || !Set(names).isDisjoint(with: other.names)
    }
}
