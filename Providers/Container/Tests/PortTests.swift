import ContainerProvider
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Ports of the host that are taken.
@Suite(.requiresContainers)
struct PortTests {
    @Test func aPortOfAnotherProgramIsRefusedWithItsNameBeforeAnythingRuns() async throws {
        try await ContainerFixture.with { fixture in
            let (socket, port) = try LoopbackPort.silent()
            defer { try? socket.close() }  // it was only listened on
            let web = fixture.request(forwards: [PortForward(host: port, guest: 80)])
            let error = await #expect(throws: ProviderError.self) { try await fixture.up(web) }
            #expect(error?.code == .portInUse)
            #expect(error?.message.contains("port \(port)/tcp of 127.0.0.1") == true)
            #expect(error?.message.contains("process \(getpid())") == true)
            #expect(try await fixture.state(of: web) == .stopped)
        }
    }

    @Test func aPortOfAnotherMachineIsRefusedWithItsName() async throws {
        try await ContainerFixture.with { fixture in
            let forward = PortForward(host: try LoopbackPort.free(), guest: 80)
            try await fixture.up(fixture.request("db", address: 11, forwards: [forward]))
            let web = fixture.request("web", forwards: [forward])
            let error = await #expect(throws: ProviderError.self) { try await fixture.up(web) }
            #expect(error?.code == .portInUse)
            #expect(error?.message.contains("the machine 'db' of the project 'test'") == true)
            #expect(try await fixture.state(of: web) == .stopped)
        }
    }

    @Test func anAddressThatIsNotOfThisHostIsRefused() async throws {
        try await ContainerFixture.with { fixture in
            let forward = PortForward(address: IPv4Address(value: 0xC612_0001), host: 8080, guest: 80)
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.up(fixture.request(forwards: [forward]))
            }
            #expect(error?.code == .invalidRequest)
        }
    }
}
