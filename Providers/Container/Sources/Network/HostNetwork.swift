import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

/// The host's side of machines' networks: bridges and rules. What changes them holds the host-wide lock, so that devenv
/// processes on different machines don't tread on each other.
struct HostNetwork {
    /// Runs ip and nft.
    let tools: any ToolRunner
    /// Says which machine a mark stands for.
    let owners: MarkOwners

    /// What a machine needs of the host.
    struct Demand: Sendable {
        /// The machine's mark.
        let mark: String
        /// Its bridges.
        let bridges: [Bridge]
        /// Its forwards.
        let forwards: [PortForward]
        /// Where they lead.
        let address: IPv4Address?
    }

    /// Makes the bridges and the forwards of a machine whole. Repeating it changes nothing.
    ///
    /// - Throws: `.portInUse` before anything is changed.
    func provide(_ demand: Demand) async throws(ProviderError) {
        let lock = try await KernelLock.take(.network)
        let listing = try await list()
        try check(demand, in: listing)
        let uplinks = WayOut6.closedUplinks(for: demand.bridges)
        async let links = outcome { () async throws(ProviderError) in try await makeBridges(demand.bridges) }
        let rules = await outcome { () async throws(ProviderError) in
            try await apply(Self.batch(for: demand, opening: uplinks, over: listing))
        }
        try await links.get()
        try rules.get()
        try ProviderError.translate { () throws(HostError) in try WayOut6.open(uplinks, demand.bridges) }
        try publish(demand, over: listing)
        _ = consume lock
    }

    /// Has what comes to ports of the host reach a realm.
    private func publish(_ demand: Demand, over listing: RuleListing) throws(ProviderError) {
        guard let network = RealmNetwork.own else { return }
        let wanted = Set(demand.forwards.map(ForwardSlot.init))
        let stale = Set(listing.forwards(of: demand.mark).map(\.slot)).subtracting(wanted)
        try network.publish(demand.forwards, removing: stale)
    }

    /// Puts cables that have lost their bridge back on it.
    func join(_ cables: [Cable]) async throws(ProviderError) {
        let loose = cables.filter { !$0.isJoined }
        guard !loose.isEmpty else { return }
        let lines = loose.map { "link set dev \($0.name) master \($0.bridge) up" }
        try await succeed(LinkBatch.invocation(lines), "connecting the machine to its network again")
    }

    /// What is in devenv's table; nothing where there is no table.
    func list() async throws(ProviderError) -> RuleListing {
        let outcome = try await run(RuleTable.listing)
        if outcome.status != 0, outcome.complaint.contains("No such file or directory") { return RuleListing() }
        guard outcome.status == 0, let listing = RuleListing(json: outcome.standardOutput) else {
            throw .failure(of: RuleTable.listing, outcome, "reading the rules of nftables")
        }
        return listing
    }

    /// The changes that make a table hold what a machine needs, and nothing else of that machine.
    static func batch(for demand: Demand, opening uplinks: [String] = [], over listing: RuleListing) -> String {
        let wanted = demand.forwards.map { forward in
            RuleListing.Forward(
                slot: ForwardSlot(forward), address: demand.address ?? .loopback, port: forward.guest, mark: demand.mark
            )
        }
        let present = listing.forwards(of: demand.mark)
        let stale = present.filter { !wanted.contains($0) }
        let missing = zip(demand.forwards, wanted).filter { !present.contains($0.1) }.map(\.0)
        let bridges = demand.bridges.filter { !listing.bridges.contains($0.name) }
        return (listing.rules == RuleTable.ruleCount ? "" : RuleTable.skeleton)
            + RuleTable.add(bridges) + RuleTable.wall(demand.bridges, over: listing)
            + RuleTable.note(uplinks, isRouter: WayOut6.isRouter, over: listing)
            + RuleTable.remove(stale.map(\.slot))
            + RuleTable.add(missing, to: demand.address ?? .loopback, mark: demand.mark)
    }

    /// Refuses ports that are taken by another machine or by another program.
    private func check(_ demand: Demand, in listing: RuleListing) throws(ProviderError) {
        for forward in demand.forwards {
            let slot = ForwardSlot(forward)
            if let other = listing.forwards.first(where: { $0.mark != demand.mark && $0.slot.collides(with: slot) }) {
                throw .portInUse(forward, by: owners.name(of: other.mark))
            }
            // in a realm it is held as long as it leads there
            if let network = RealmNetwork.own, try network.holds(forward) { continue }
            switch HostPort.probe(forward) {
            case .free: continue
            case .taken: throw .portInUse(forward, by: HostPort.holder(of: forward))
            case .foreignAddress: throw .foreignAddress(of: forward)
            case .refused(let error):
                throw .failed("can't forward \(forward): \(error.description.lowercased())")
            }
        }
    }

    private func makeBridges(_ bridges: [Bridge]) async throws(ProviderError) {
        let presences = try ProviderError.translate { () throws(HostError) in
            var found: [(bridge: Bridge, presence: Bridge.Presence)] = []
            for bridge in bridges { found.append((bridge, try bridge.presence())) }
            return found
        }
        for (bridge, presence) in presences where presence != .whole { try checkSubnet(of: bridge) }
        let lines = LinkBatch.bridges(presences)
        if !lines.isEmpty { try await succeed(LinkBatch.invocation(lines), "making the network's bridge") }
        try await complete(presences)
        try ProviderError.translate { () throws(HostError) in
            for bridge in bridges { try RealmNetwork.set("1", to: "net/ipv4/conf/\(bridge.name)/route_localnet") }
            try RealmNetwork.set("1", to: "net/ipv4/ip_forward")
        }
    }

    /// Gives new bridges their IPv6 addresses.
    private func complete(_ bridges: [(bridge: Bridge, presence: Bridge.Presence)]) async throws(ProviderError) {
        let lines = LinkBatch.completions(bridges)
        guard !lines.isEmpty else { return }
        for (bridge, presence) in bridges where presence != .whole && bridge.subnet6 != nil {
            let settings = "net/ipv6/conf/\(bridge.name)/"
            // the bridges of a realm are not the host's
            guard UserRealm.current != nil || HostFiles.exists(FilePath("/proc/sys/\(settings)")) else {
                throw .invalidRequest(
                    "making the network '\(bridge.network)': this host has no IPv6",
                    help: "take 'subnet6' out of the Envfile, or boot without ipv6.disable=1")
            }
            try ProviderError.translate { () throws(HostError) in
                try RealmNetwork.set("0", to: settings + "disable_ipv6")
                try RealmNetwork.set("0", to: settings + "accept_ra")
            }
        }
        try await succeed(LinkBatch.invocation(lines), "giving the network's bridge its IPv6 address")
    }

    /// Refuses a subnet that this host has behind another interface, such as the network of another provider's machines.
    private func checkSubnet(of bridge: Bridge) throws(ProviderError) {
        if let subnet = bridge.subnet6, let other = HostRoute6.obstacle(to: subnet, by: bridge.name) {
            throw .invalidRequest(
                "making the network '\(bridge.network)': this host has \(subnet) on '\(other)' already",
                help: "give the network another 'subnet6' in the Envfile, or 'auto'")
        }
        guard let part = HostRoute.obstacle(to: bridge.subnet, by: bridge.name) else { return }
        throw .invalidRequest(
            "making the network '\(bridge.network)': this host has \(part.subnet) on '\(part.interface)' already, "
                + "which is in the way of \(bridge.subnet)", help: "give the network another 'subnet' in the Envfile")
    }

    /// Changes the rules, all or nothing.
    func apply(_ batch: String) async throws(ProviderError) {
        guard !batch.isEmpty else { return }
        try await succeed(RuleTable.invocation(batch), "changing the rules of nftables")
    }

    /// Runs a program whose status says how it went.
    func run(_ invocation: ToolInvocation) async throws(ProviderError) -> ToolOutcome {
        do { return try await tools.run(invocation) } catch { throw ProviderError(error) }
    }

    /// Runs a program that must succeed.
    func succeed(_ invocation: ToolInvocation, _ attempt: String) async throws(ProviderError) {
        let outcome = try await run(invocation)
        guard outcome.status != 0 else { return }
        throw .failure(of: invocation, outcome, attempt)
    }
}

extension ProviderError {
    /// A program has failed.
    static func failure(
        of invocation: ToolInvocation, _ outcome: ToolOutcome, _ attempt: String
    ) -> ProviderError {
        .failed("\(attempt): '\(invocation)' failed with status \(outcome.status): \(outcome.complaint)")
    }
}
