import DevenvHost
import DevenvPluginAPI
import SystemPackage

extension HostNetwork {
    /// What is taken away with a machine.
    struct Withdrawal: Sendable {
        /// The machine's mark.
        let mark: String
        /// The host's ends of its cables.
        let cables: [String]
        /// Names the bridges that no machine needs any more, of which some may be left in the rules alone: it is given those.
        let unused: @Sendable (_ inRules: Set<String>) -> [String]
        /// Returns when the machine's processes are gone: only while its links stand, others hear that it ends.
        let ended: @Sendable () async -> Void
    }

    /// Takes a machine's forwards and cables away, and bridges. Nothing there is fine.
    func withdraw(_ withdrawal: Withdrawal) async throws(ProviderError) {
        let lock = try await KernelLock.take(.network)
        let listing = try await list()
        let bridges = withdrawal.unused(listing.bridges)
        async let removal = outcome { () async throws(ProviderError) in
            await withdrawal.ended()
            if bridges.isEmpty { return try await removeLoose(withdrawal.cables) }
            try await remove(bridges + withdrawal.cables)
        }
        let rules = await outcome { () async throws(ProviderError) in
            try await removeRules(of: withdrawal.mark, bridges, from: listing)
        }
        guard !bridges.isEmpty else {
            // cables are the machine's alone: nobody else waits for them
            _ = consume lock
            try await removal.get()
            return try rules.get()
        }
        try await removal.get()
        _ = consume lock
        try rules.get()
    }

    private func removeRules(
        of mark: String, _ bridges: [String], from listing: RuleListing
    ) async throws(ProviderError) {
        var left = listing
        left.forwards.removeAll { $0.mark == mark }
        left.bridges.subtract(bridges)
        guard left != listing else { return }
        try RealmNetwork.own?.publish([], removing: Set(listing.forwards(of: mark).map(\.slot)))
        let isEmpty = left.forwards.isEmpty && left.bridges.isEmpty
        // before the note of it goes
        if isEmpty { try ProviderError.translate { () throws(HostError) in try WayOut6.close(listing.uplinks) } }
        let removal =
            RuleTable.remove(listing.forwards(of: mark).map(\.slot)) + RuleTable.remove(bridges, from: listing)
        try await apply(isEmpty ? RuleTable.removal : removal)
    }

    /// Removes the cables of a machine whose processes are gone. As a rule the kernel is about to do that itself, with all that its
    /// network has, and in a tenth of the time that a call takes; but not while somebody still reads what the machine has sent.
    func removeLoose(_ cables: [String]) async throws(ProviderError) {
        let deadline = ContinuousClock.now + .milliseconds(100)
        while !Self.present(cables).isEmpty, ContinuousClock.now < deadline {
            do { try await Task.sleep(for: .milliseconds(1)) } catch { break }  // cancelled: without waiting, then
        }
        try await remove(cables)
    }

    /// Removes links. What the kernel, or a killed command, has begun to remove may vanish meanwhile and ends the batch: then
    /// it looks again.
    func remove(_ links: [String]) async throws(ProviderError) {
        let deadline = ContinuousClock.now + .seconds(10)
        var present = Self.present(links)
        while !present.isEmpty {
            let group = Int32.random(in: 0x1000_0000 ... .max)
            let invocation = LinkBatch.invocation(LinkBatch.removal(of: present, group: group))
            let outcome = try await run(invocation)
            if outcome.status == 0 { return }
            let left = Self.present(present)
            if left == present {
                guard Self.isAboutVanished(outcome), ContinuousClock.now < deadline else {
                    throw .failure(of: invocation, outcome, "removing links of the machine's networks")
                }
                try? await Task.sleep(for: .milliseconds(2))  // a cancelled sleep only looks again at once
            }
            present = left
        }
    }

    /// The kernel forgets a link's name some time before it takes the link out of /sys.
    private static func isAboutVanished(_ outcome: ToolOutcome) -> Bool {
        outcome.complaint.contains("Cannot find device") || outcome.complaint.contains("No such device")
    }

    private static func present(_ links: [String]) -> [String] {
        links.filter { HostFiles.exists(Links.directory.appending($0)) }
    }
}
