import DevenvTestSupport
import LibvirtProvider
import Testing

/// Domains of libvirt's test driver, which needs no daemon: its state is this process's.
@Suite(.requires(library: "libvirt.so.0")) struct DomainCallTests {
    @Test func aDomainGoesThroughItsLife() async throws {
        try await TestDriver.withDomain { connection, id in
            #expect(try await connection.domainInfo(id).state == .shutOff(.unknown))
            try await connection.start(id)
            #expect(try await connection.domains(of: [id])[id]?.state == .running)
            try await connection.suspend(id)
            #expect(try await connection.domains(of: [id])[id]?.state == .paused(.user))
            try await connection.resume(id)
            try await connection.managedSave(id)
            #expect(try await connection.domains(of: [id])[id]?.hasManagedSave == true)
            try await connection.start(id)
            try await connection.powerOff(id, gracefully: false)
            let info = try #require(try await connection.domains(of: [id])[id])
            #expect(info.state == .shutOff(.destroyed))
            #expect(!info.isActive && info.isPersistent && !info.hasManagedSave)
        }
    }
}
