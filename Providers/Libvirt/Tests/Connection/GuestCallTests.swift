import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// Calls on domains that QEMU runs.
@Suite(.requiresPrivateLibvirt, .requires(tool: "qemu-system-x86_64", "qemu-img"), .timeLimit(.minutes(2)))
struct GuestCallTests {
    @Test func aGuestIsStartedSavedAndStopped() async throws {
        try await SessionFixture.with { session in
            let connection = session.connection
            let id = try await session.makeDomain(disk: session.makeVolume("a", format: "qcow2", bytes: 1 << 20))
            let events = try await connection.events()
            try await connection.start(id)
            let error = await #expect(throws: LibvirtError.self) { try await connection.start(id) }
            #expect(error?.isOperationInvalid == true)
            try await connection.createSnapshot(id, XMLElement("domainsnapshot", [:], [XMLElement("name", text: "s")]))
            try await connection.managedSave(id)
            let saved = try #require(try await connection.domains(of: [id])[id])
            #expect(saved.state == .shutOff(.saved) && saved.hasManagedSave && !saved.isActive)
            try await connection.start(id, paused: true)
            // restored paused; versions of libvirt call the reason differently
            guard case .paused = try await connection.domainInfo(id).state else {
                Issue.record("the domain is not paused")
                return
            }
            try await connection.revert(id, to: "s")
            #expect(try await connection.domainInfo(id).state == .running)
            try await connection.powerOff(id, gracefully: true)
            try await connection.undefine(id)
            let seen = await changes(in: events, until: .undefined)
            #expect(seen.contains(.started(.booted)) && seen.contains(.stopped(.saved)))
            #expect(seen.suffix(2) == [.stopped(.destroyed), .undefined])
        }
    }

    @Test func aRunningGuestIsChangedAndAsked() async throws {
        try await SessionFixture.with { session in
            let connection = session.connection
            let disk = try await session.makeVolume("a", format: "qcow2", bytes: 1 << 20)
            let id = try await session.makeDomain(disk: disk)
            try await connection.setMemory(id, bytes: 96 << 20, live: false, config: true)
            try await connection.start(id)
            #expect(try await connection.monitorCommand(id, hmp: "info status").contains("running"))
            try await connection.blockResize(id, disk: "vda", bytes: 1 << 24)
            #expect(try await connection.blockInfo(id, disk: "vda").capacity == 1 << 24)
            #expect(try await connection.blockErrors(id).isEmpty)
            #expect(try await connection.interfaceAddresses(id, from: .lease).isEmpty)
            let more = try await session.makeVolume("b", format: "qcow2", bytes: 1 << 20)
            let drive = XMLElement(
                "disk", ["type": "file"],
                [
                    XMLElement("driver", ["name": "qemu", "type": "qcow2"]),
                    XMLElement("source", ["file": more.path]), XMLElement("target", ["dev": "sdb", "bus": "sata"]),
                ])
            try await connection.attachDevice(id, drive, live: false, config: true)
            #expect(try await connection.domainXML(id, inactive: true)["devices"]?.children(named: "disk").count == 2)
            #expect(try await connection.domainXML(id, inactive: false)["devices"]?.children(named: "disk").count == 1)
            try await connection.detachDevice(id, drive, live: false, config: true)
            let error = await #expect(throws: LibvirtError.self) {
                try await connection.agentCommand(id, json: #"{"execute":"guest-ping"}"#, timeout: 1)
            }
            #expect(error?.isAgentUnresponsive == true)
        }
    }

    @Test func aKilledGuestIsTold() async throws {
        try await SessionFixture.with { session in
            let connection = session.connection
            let id = try await session.makeDomain(disk: session.makeVolume("a", format: "qcow2", bytes: 1 << 20))
            let events = try await connection.events()
            try await connection.start(id)
            for process in ProcessTable.processes(withArgument: session.directory.string) { kill(process, SIGKILL) }
            #expect(await changes(in: events, until: .stopped(.failed)).last == .stopped(.failed))
            #expect(try await connection.domainInfo(id).state == .shutOff(.crashed))
        }
    }

    @Test func whatTheHostCanRunIsKnown() async throws {
        try await SessionFixture.with { session in
            let connection = session.connection
            let domain = try await connection.domainCapabilities(arch: "x86_64", type: "qemu")
            #expect(domain["domain"]?.text == "qemu")
            #expect(try await connection.capabilities()["host", "cpu", "arch"]?.text == "x86_64")
            #expect(try await connection.daemonVersion() >= 3_004_000)
        }
    }

    private func changes(in events: AsyncStream<LibvirtEvent>, until last: DomainChange) async -> [DomainChange] {
        var changes: [DomainChange] = []
        for await case .domain(_, let change) in events {
            changes.append(change)
            if change == last { break }
        }
        return changes
    }
}
