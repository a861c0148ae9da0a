import DevenvTestSupport
import LibvirtProvider
import Testing

/// Events of libvirt's test driver, which come through the same event loop as those of a daemon.
@Suite(.requires(library: "libvirt.so.0")) struct EventTests {
    @Test(.timeLimit(.minutes(1))) func aDomainsLifeIsTold() async throws {
        try await TestDriver.withDomain { connection, id in
            let events = try await connection.events()
            try await connection.start(id)
            try await connection.suspend(id)
            try await connection.resume(id)
            try await connection.powerOff(id, gracefully: false)
            try await connection.undefine(id)
            let seen = await changes(of: id, in: events, count: 5)
            // the driver's detail for a start differs from version to version
            #expect(seen.dropFirst() == [.suspended(.paused), .resumed, .stopped(.destroyed), .undefined])
            #expect(seen.first.map { if case .started = $0 { true } else { false } } == true)
        }
    }

    @Test(.timeLimit(.minutes(1))) func everyListenerIsTold() async throws {
        try await TestDriver.withDomain { connection, id in
            let (first, second) = (try await connection.events(), try await connection.events())
            try await connection.start(id)
            #expect(await changes(of: id, in: first, count: 1).count == 1)
            #expect(await changes(of: id, in: second, count: 1).count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1))) func aListenerThatWentAwayDisturbsNobody() async throws {
        try await TestDriver.withDomain { connection, id in
            do { _ = try await connection.events() }
            let events = try await connection.events()
            try await connection.start(id)
            #expect(await changes(of: id, in: events, count: 1).count == 1)
        }
    }

    /// The first changes of one domain; other tests' domains are told of too.
    private func changes(of id: DomainID, in events: AsyncStream<LibvirtEvent>, count: Int) async -> [DomainChange] {
        var changes: [DomainChange] = []
        for await case .domain(id, let change) in events {
            // of the definition before the stream was made, told late
            if change == .defined { continue }
            changes.append(change)
            if changes.count == count { break }
        }
        return changes
    }
}
