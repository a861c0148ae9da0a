import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// Makes and removes the cards by which this host is on networks. Whoever calls it holds the networks' lock.
struct HostOnlyAdapters: Sendable {
    let manage: VBoxManage
    let ledger: NetworkLedger
    let attempt: String

    /// A network that this host is to be on.
    struct Demand: Sendable {
        let key: NetworkLedger.Key
        let subnet: IPv4Subnet
        /// The addresses of the machine that is to be on it.
        let taken: [IPv4Address]
    }

    /// Sees to it that there is an adapter with the host's address in the network, and notes it: the one that was made for it,
    /// or one that leads to the same subnet, or a new one. Repeating it changes nothing.
    func ensure(_ demand: Demand, _ note: inout NetworkNote) async throws(ProviderError) -> String {
        let present = try await recover()
        if let adapter = note.adapter, let found = present.first(where: adapter.isMade) {
            if found.isUp, found.subnet == demand.subnet, adapter.subnets == [demand.subnet] { return adapter.name }
            return try await configure(adapter, demand, &note)
        }
        if let other = present.first(where: { $0.subnet == demand.subnet }) { return try borrow(other, demand, &note) }
        if let route = HostRoute.obstacle(to: demand.subnet, by: "") {
            throw .invalidRequest(
                "\(attempt): the network '\(demand.key.network)' (\(demand.subnet)) can't be host-only: this host has "
                    + "\(route.subnet) behind '\(route.interface)'",
                help: "give the network another 'subnet', or say 'networks: internal' in the virtualbox options")
        }
        let name = try await make(among: present)
        let adapter = NetworkNote.Adapter(name: name, isOwn: true, boot: HostBoot.id, subnets: [demand.subnet])
        note.adapter = adapter
        try ledger.keep(note, demand.key)
        FaultPoint.reach("virtualbox.adapter.noted")
        try ledger.finish()
        return try await configure(adapter, demand, &note)
    }

    /// Removes an adapter that nobody needs any more, if it is ours and no machine is plugged into it.
    func remove(_ adapter: NetworkNote.Adapter) async throws(ProviderError) {
        let present = try await recover()
        guard present.contains(where: adapter.isMade) else { return }
        let machines = try await run(.machinesInFull)
        guard !AdapterUsers.names(in: machines).contains(adapter.name) else { return }
        _ = try await run(.removeHostOnlyInterface(adapter.name))
        FaultPoint.reach("virtualbox.adapter.removed")
    }

    /// The host's adapters, after removing what a command has left that was killed between making one and noting it: one that
    /// was not there before, and that was never given an address.
    @discardableResult
    func recover() async throws(ProviderError) -> [HostOnlyInterface] {
        let present = HostOnlyInterface.list(try await run(.hostOnlyInterfaces))
        guard let before = try ledger.begun() else { return present }
        let noted = Set(try ledger.notes().compactMap { $0.note.adapter?.name })
        let new = present.filter { !before.contains($0.name) && !noted.contains($0.name) && !$0.isUp }
        // of several nobody can tell which is ours
        if let left = new.first, new.count == 1 { _ = try await run(.removeHostOnlyInterface(left.name)) }
        FaultPoint.reach("virtualbox.adapter.recovered")
        try ledger.finish()
        return new.count == 1 ? present.filter { !new.contains($0) } : present
    }

    private func make(among present: [HostOnlyInterface]) async throws(ProviderError) -> String {
        try ledger.begin(among: present.map(\.name))
        FaultPoint.reach("virtualbox.adapter.intended")
        let output = try await run(.createHostOnlyInterface)
        FaultPoint.reach("virtualbox.adapter.made")
        guard let name = HostOnlyInterface.created(output) else {
            throw .failed("\(attempt): VBoxManage does not say which host-only adapter it has made")
        }
        return name
    }

    /// Gives an adapter the host's address; both subnets are noted as long as either may be the one that it has.
    private func configure(
        _ adapter: NetworkNote.Adapter, _ demand: Demand, _ note: inout NetworkNote
    ) async throws(ProviderError) -> String {
        var adapter = adapter
        if adapter.subnets.last != demand.subnet { adapter.subnets.append(demand.subnet) }
        if note.adapter != adapter {
            note.adapter = adapter
            try ledger.keep(note, demand.key)
        }
        FaultPoint.reach("virtualbox.adapter.promised")
        _ = try await run(
            .configureHostOnlyInterface(adapter.name, address: demand.subnet.gateway, mask: demand.subnet.mask))
        FaultPoint.reach("virtualbox.adapter.configured")
        adapter.subnets = [demand.subnet]
        note.adapter = adapter
        try ledger.keep(note, demand.key)
        return adapter.name
    }

    /// Takes an adapter that somebody else made, as long as it is no other project's, whose addresses we could take.
    private func borrow(
        _ other: HostOnlyInterface, _ demand: Demand, _ note: inout NetworkNote
    ) throws(ProviderError) -> String {
        let owner = try ledger.notes().first { $0.key != demand.key && $0.note.adapter?.name == other.name }
        if let owner, owner.note.adapter?.isMade(other) == true {
            throw .invalidRequest(
                "\(attempt): the subnet \(demand.subnet) of the network '\(demand.key.network)' is that of the network "
                    + "'\(owner.key.network)' of another project (\(other.name))",
                help: "give one of them another 'subnet'")
        }
        if let address = other.address, demand.taken.contains(address) {
            throw .invalidRequest(
                "\(attempt): this host itself has the address \(address), by '\(other.name)' of VirtualBox",
                help: "give the machine another 'ip'")
        }
        let adapter = NetworkNote.Adapter(name: other.name, isOwn: false, boot: HostBoot.id, subnets: [demand.subnet])
        if note.adapter != adapter {
            note.adapter = adapter
            try ledger.keep(note, demand.key)
        }
        return other.name
    }

    private func run(_ call: VBoxCall) async throws(ProviderError) -> String {
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in try await manage.run(call) }
    }
}
