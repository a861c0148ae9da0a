import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The networks of projects as machines come and go: which kind each is, who is on it, and its adapter.
///
/// A machine is noted before its adapter is made, and until it is plugged into it no more: so an adapter goes with its last
/// machine and not before.
struct ProjectNetworks: Sendable {
    let manage: VBoxManage
    let places: MachinePlaces
    let policy: NetworkPolicy
    let machine: MachineIdentity
    let attempt: String

    private var ledger: NetworkLedger { NetworkLedger(directory: places.networks) }
    private var adapters: HostOnlyAdapters { HostOnlyAdapters(manage: manage, ledger: ledger, attempt: attempt) }

    /// Prepares the networks of a machine; answers where its cards lead, in the order of its interfaces.
    func join(_ interfaces: [NetworkInterface], as wish: NetworkWish) async throws(ProviderError) -> [CardLink] {
        guard !interfaces.isEmpty else { return [] }
        return try await locked { () async throws(ProviderError) in
            var links: [CardLink] = []
            for interface in interfaces { links.append(try await join(interface, among: interfaces, as: wish)) }
            return links
        }
    }

    private func join(
        _ interface: NetworkInterface, among all: [NetworkInterface], as wish: NetworkWish
    ) async throws(ProviderError) -> CardLink {
        let key = NetworkLedger.Key(project: machine.project, network: interface.network)
        var note = try ledger.note(key) ?? NetworkNote()
        let subnet = interface.subnet
        let kind = wish.kind(of: subnet, policy: policy, present: try await present(in: note, on: subnet))
        guard kind == .internal || policy.allows(subnet) else {
            throw .invalidRequest(
                "\(attempt): \(policy.refusal(of: interface.network, subnet))", help: policy.cure(for: subnet))
        }
        let (before, now) = (note.members[id], NetworkNote.Member(kind: kind, subnet: subnet))
        // one that leaves an adapter for an internal network is plugged into it until its settings are changed
        if before != now, kind == .hostOnly || before?.kind != .hostOnly {
            note.members[id] = now
            try ledger.keep(note, key)
        }
        FaultPoint.reach("virtualbox.networks.noted")
        guard kind == .hostOnly else { return .internal(machine.internalNetwork(interface.network)) }
        let demand = HostOnlyAdapters.Demand(key: key, subnet: subnet, taken: all.map(\.address))
        return .hostOnly(interface: try await adapters.ensure(demand, &note))
    }

    /// What a network is to the machines that one is to meet on it. Internal ones that don't run give way where it may be
    /// host-only by now.
    private func present(in note: NetworkNote, on subnet: IPv4Subnet) async throws(ProviderError) -> NetworkKind? {
        let neighbors = note.neighbors(of: machine.machine, on: subnet)
        guard policy.allows(subnet), !neighbors.isEmpty else { return nil }
        guard !neighbors.values.contains(.hostOnly) else { return .hostOnly }
        let running = try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            MachineList.read(try await manage.run(.runningMachines))
        }
        let isMet = neighbors.keys.contains { neighbor in
            VMID(machine.project.rawValue + neighbor.rawValue).map { running[$0] != nil } ?? false
        }
        return isMet ? .internal : nil
    }

    private var id: String { machine.machine.rawValue }

    /// Takes the machine off networks that its cards do not lead to any more, and removes adapters that nobody needs then.
    func settle(_ interfaces: [NetworkInterface], _ links: [CardLink]) async throws(ProviderError) {
        var places: [NetworkName: NetworkNote.Member] = [:]
        for (interface, link) in zip(interfaces, links) {
            let kind: NetworkKind = if case .hostOnly = link { .hostOnly } else { .internal }
            places[interface.network] = NetworkNote.Member(kind: kind, subnet: interface.subnet)
        }
        guard try !stale(places).isEmpty else { return }
        try await locked { () async throws(ProviderError) in
            // an adapter that was made and never noted belongs to nobody who could give it back
            if try ledger.begun() != nil { try await adapters.recover() }
            for (key, note) in try stale(places) {
                var note = note
                note.members[id] = places[key.network]
                try await release(note, key)
            }
        }
    }

    /// Takes the machine off all networks.
    func leave() async throws(ProviderError) { try await settle([], []) }

    /// Sees to the adapters of a machine that goes on where it was.
    func rejoin() async throws(ProviderError) {
        let notes = try mine().filter { $0.note.members[id]?.kind == .hostOnly }
        guard !notes.isEmpty else { return }
        try await locked { () async throws(ProviderError) in
            for (key, note) in notes {
                guard let subnet = note.adapter?.subnets.last else { continue }
                var note = note
                _ = try await adapters.ensure(HostOnlyAdapters.Demand(key: key, subnet: subnet, taken: []), &note)
            }
        }
    }

    private func mine() throws(ProviderError) -> [(key: NetworkLedger.Key, note: NetworkNote)] {
        try ledger.notes().filter { $0.key.project == machine.project && $0.note.members[id] != nil }
    }

    /// The notes of this machine that say something else than how it is plugged in now.
    private func stale(
        _ places: [NetworkName: NetworkNote.Member]
    ) throws(ProviderError) -> [(key: NetworkLedger.Key, note: NetworkNote)] {
        try mine().filter { $0.note.members[id] != places[$0.key.network] }
    }

    private func release(_ note: NetworkNote, _ key: NetworkLedger.Key) async throws(ProviderError) {
        var note = note
        if !note.isHostOnly, let adapter = note.adapter {
            FaultPoint.reach("virtualbox.networks.released")
            if adapter.isOwn { try await adapters.remove(adapter) }
            note.adapter = nil
        }
        try ledger.keep(note, key)
        FaultPoint.reach("virtualbox.networks.left")
    }

    private func locked<Value: Sendable>(
        _ body: () async throws(ProviderError) -> Value
    ) async throws(ProviderError) -> Value {
        guard let lock = try await places.take(places.networksLock, attempt, for: .seconds(300)) else {
            throw .timedOut("\(attempt): another command has been changing networks of VirtualBox for five minutes")
        }
        let result: Result<Value, ProviderError>
        do throws(ProviderError) { result = .success(try await body()) } catch { result = .failure(error) }
        _ = consume lock
        return try result.get()
    }
}
