import DevenvTestSupport
import Glibc
import LibvirtProvider
import Testing

/// Connections whose daemon goes away.
@Suite(.requiresPrivateLibvirt)
struct ConnectionLossTests {
    @Test func aKilledDaemonIsNoticedAndANewOneFound() async throws {
        try await PrivateLibvirt.with(.session) { daemon in
            let first = try await LibvirtConnection.open(daemon.testDriverURI)
            #expect(try await first.allDomains().count == 1)
            try await daemon.kill()
            let error = await #expect(throws: LibvirtError.self) { try await first.allDomains() }
            #expect(error?.isConnectionLost == true)
            let refusal = await #expect(throws: LibvirtError.self) {
                try await LibvirtConnection.open(daemon.testDriverURI)
            }
            #expect(refusal?.isUnreachable == true)

            try await daemon.start()
            let second = try await LibvirtConnection.open(daemon.testDriverURI)
            #expect(second !== first)
            #expect(try await second.allDomains().count == 1)
            let still = await #expect(throws: LibvirtError.self) { try await first.allDomains() }
            #expect(still?.isConnectionLost == true)
            await second.close()
        }
    }

    @Test func aCallThatIsUnderWayIsToldThatTheDaemonDied() async throws {
        try await PrivateLibvirt.with(.session) { daemon in
            let connection = try await LibvirtConnection.open(daemon.testDriverURI)
            let process = try #require(daemon.process())
            kill(process, SIGSTOP)
            async let answer = Result<[DomainInfo], LibvirtError> { () async throws(LibvirtError) in
                try await connection.allDomains()
            }
            async let aside = Result<XMLElement, LibvirtError> { () async throws(LibvirtError) in
                try await connection.capabilities()
            }
            try await daemon.kill()
            #expect(await answer.failure?.isConnectionLost == true)
            #expect(await aside.failure?.isConnectionLost == true)
        }
    }

    @Test func streamsOfEventsEndWithTheConnection() async throws {
        try await PrivateLibvirt.with(.session) { daemon in
            let connection = try await LibvirtConnection.open(daemon.testDriverURI)
            let events = try await connection.events()
            try await daemon.kill()
            var seen: [LibvirtEvent] = []
            for await event in events { seen.append(event) }
            #expect(seen == [.connectionClosed(.endOfFile)])
        }
    }

    @Test func aClosedConnectionSaysSo() async throws {
        try await PrivateLibvirt.with(.session) { daemon in
            let connection = try await LibvirtConnection.open(daemon.testDriverURI)
            let events = try await connection.events()
            await connection.close()
            let error = await #expect(throws: LibvirtError.self) { try await connection.allDomains() }
            #expect(error?.isConnectionLost == true)
            for await _ in events { Issue.record("no event was due") }
            let next = try await LibvirtConnection.open(daemon.testDriverURI)
            #expect(next !== connection)
            await next.close()
        }
    }

    @Test func nobodyThereIsUnreachable() async throws {
        let error = await #expect(throws: LibvirtError.self) {
            try await LibvirtConnection.open("test+unix:///default?socket=/nonexistent/socket")
        }
        #expect(error?.isUnreachable == true)
        #expect(error?.errno == ENOENT)
    }

    @Test func whoWasCancelledWhileConnectingIsTold() async throws {
        try await PrivateLibvirt.with(.session) { daemon in
            let (uri, process) = (daemon.testDriverURI, try #require(daemon.process()))
            kill(process, SIGSTOP)
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await LibvirtConnection.open(uri) }
                group.cancelAll()
                kill(process, SIGCONT)
                let error = await #expect(throws: LibvirtError.self) { try await group.next() }
                #expect(error == .cancelled())
            }
            #expect(try await LibvirtConnection.open(uri).allDomains().count == 1)
        }
    }

    @Test func allWhoAskAtOnceGetOneConnection() async throws {
        try await PrivateLibvirt.with(.session) { daemon in
            let uri = daemon.testDriverURI
            let connections = try await withThrowingTaskGroup(of: LibvirtConnection.self) { group in
                for _ in 0..<20 { group.addTask { try await LibvirtConnection.open(uri) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(connections.map(ObjectIdentifier.init)).count == 1)
            await connections[0].close()
        }
    }
}

extension Result where Failure == LibvirtError {
    fileprivate init(_ body: () async throws(LibvirtError) -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }

    fileprivate var failure: LibvirtError? {
        if case .failure(let error) = self { return error }
        return nil
    }
}
