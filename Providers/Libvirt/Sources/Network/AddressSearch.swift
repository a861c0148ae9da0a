import DevenvHost
package import DevenvModel
package import DevenvPluginAPI

/// The wait for the address of a machine that is starting.
package struct AddressSearch: Sendable {
    /// What a search came to.
    package enum Outcome: Hashable, Sendable {
        /// The machine has the address that it was given, as far as can be told.
        case asExpected
        /// It has this one.
        case other(IPv4Address)
        /// It does not run any more.
        case notRunning
        /// The time is over.
        case nothing
    }

    private let domain: DomainID
    private let expected: IPv4Address?
    private let connection: LibvirtConnection

    /// Makes a search; `expected` is the address that the machine was given, if any.
    package init(domain: DomainID, expected: IPv4Address?, connection: LibvirtConnection) {
        self.domain = domain
        self.expected = expected
        self.connection = connection
    }

    /// How long a machine may be silent on the address that it was given before others are asked for: nearly all have it
    /// long before.
    private static let patience = Duration.seconds(5)
    /// How often another address must be seen, a second apart, while the given one is silent: of several cards one may have
    /// its address a moment earlier than the others.
    private static let proofs = 4

    /// Searches for no longer than the time; half of it where an address was given, so that whoever then waits for that one
    /// has the rest.
    package func run(for time: Duration, _ attempt: String) async throws(ProviderError) -> Outcome {
        // another host's table of neighbours can't be asked, and the addresses of its guests can't be tried
        if expected != nil, !connection.isOfThisHost { return .asExpected }
        let start = ContinuousClock.now
        let deadline = start + (expected == nil ? time : time / 2)
        let macs = try await cards(attempt)
        guard !macs.isEmpty else { return expected == nil ? .nothing : .asExpected }
        var sightings = Sightings()
        var pause = Duration.milliseconds(20)
        var turn = expected == nil ? start : start + Self.patience
        while ContinuousClock.now < deadline {
            if let expected, isNeighbour(expected, macs) { return .asExpected }
            if .now >= turn {
                if let outcome = try await ask(macs, &sightings, attempt) { return outcome }
                if expected == nil { pause = min(pause * 2, .milliseconds(500)) } else { turn = .now + .seconds(1) }
            }
            do { try await Task.sleep(for: pause) } catch { try ProviderError.checkCancellation(attempt) }
        }
        return .nothing
    }

    /// Asks everybody once; nil where that decides nothing.
    private func ask(_ macs: [MACAddress], _ sightings: inout Sightings, _ attempt: String)
        async throws(ProviderError) -> Outcome?
    {
        guard try await isActive(attempt) else { return .notRunning }
        let found = await AddressLookup.addresses(of: domain, macs: Set(macs), connection)
        if let expected, found.values.contains(expected) { return .asExpected }
        guard let address = Self.best(of: found, macs) else {
            sightings = Sightings()
            return nil
        }
        return sightings.note(address) >= (expected == nil ? 1 : Self.proofs) ? .other(address) : nil
    }

    /// The address that the machine has now, as far as anybody knows: of several cards that of the first.
    package func look(_ attempt: String) async throws(ProviderError) -> IPv4Address? {
        let macs = try await cards(attempt)
        let found = await AddressLookup.addresses(of: domain, macs: Set(macs), connection)
        return Self.best(of: found, macs)
    }

    private static func best(of found: [MACAddress: IPv4Address], _ macs: [MACAddress]) -> IPv4Address? {
        macs.lazy.compactMap { found[$0] }.first { !$0.isLinkLocal }
    }

    /// How often one address was seen in a row.
    private struct Sightings {
        private var address: IPv4Address?
        private var count = 0

        mutating func note(_ seen: IPv4Address) -> Int {
            count = seen == address ? count + 1 : 1
            address = seen
            return count
        }
    }

    /// Whether one of the machine's cards answers for an address. The table only has whom this host has spoken to, so that it
    /// says a word of no meaning first (RFC 863).
    private func isNeighbour(_ address: IPv4Address, _ macs: [MACAddress]) -> Bool {
        Nudge.send(to: address)
        return AddressLookup.neighbours().contains { entry in
            entry.address == address && entry.mac.map(macs.contains) == true
        }
    }

    /// The MACs of the machine's cards, in their order.
    private func cards(_ attempt: String) async throws(ProviderError) -> [MACAddress] {
        let xml = try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.domainXML(domain, inactive: false)
        }
        return MACAddress.cards(in: xml)
    }

    private func isActive(_ attempt: String) async throws(ProviderError) -> Bool {
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.domains(of: [domain])[domain]?.isActive ?? false
        }
    }
}

extension MACAddress {
    /// Those of the network cards in a domain's XML, in their order.
    static func cards(in domain: XMLElement) -> [MACAddress] {
        (domain["devices"]?.children(named: "interface") ?? []).compactMap { card in
            card["mac"]?[attribute: "address"].flatMap { MACAddress($0) }
        }
    }
}

extension IPv4Address {
    /// Whether it is one that a machine gives itself for lack of any other (RFC 3927).
    fileprivate var isLinkLocal: Bool { value >> 16 == 0xA9FE }
}
