import DevenvHost
import DevenvModel
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Who has a port of this host.
struct HostPortTests {
    @Test(arguments: PortForward.Transport.allCases)
    func aClaimedPortIsTakenUntilItIsClosed(_ transport: PortForward.Transport) async throws {
        let forward = PortForward(host: try LoopbackPort.free(), guest: 80, transport: transport)
        #expect(HostPort.probe(forward) == .free)
        let socket = try HostPort.claim(forward)
        #expect(HostPort.probe(forward) == .taken)
        #expect(throws: Errno.addressInUse) { try HostPort.claim(forward) }
        #expect(HostPort.holder(of: forward)?.hasSuffix("(process \(getpid()))") == true)
        try socket.close()
        // a program that another test starts at this moment has a copy until it runs
        try await eventually("the port is free again") { HostPort.probe(forward) == .free }
    }

    @Test func anUnusedPortIsNoneOfThoseThatAreRefused() {
        let all = Set<UInt16>(22000...29999)
        #expect(HostPort.unused(except: all.subtracting([22001])) == 22001)
        #expect(all.contains(HostPort.unused()))
    }

    @Test func connectionsWaitForWhoeverAcceptsThem() async throws {
        let forward = PortForward(host: try LoopbackPort.free(), guest: 80)
        let socket = try HostPort.claim(forward)
        defer { try? socket.close() }  // it was only listened on
        #expect(await TCPProbe.connect(to: .loopback, port: forward.host, timeout: .seconds(1)) == nil)
    }

    @Test func anAddressOfAnotherHostIsSaidToBeForeign() {
        let forward = PortForward(address: IPv4Address(value: 0xC612_0001), host: 8080, guest: 80)
        #expect(HostPort.probe(forward) == .foreignAddress)
    }

    @Test(arguments: ["127.0.0.1:80", "10.1.2.3:65535"])
    func addressesWithPortsReadAsTheyAreWritten(_ text: String) {
        #expect(SocketAddress(text)?.description == text)
    }

    @Test(arguments: ["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:080", "127.0.0.1:65536", "1.2.3:4", "1.2.3.4:5:6"])
    func anythingElseIsNoAddressWithAPort(_ text: String) {
        #expect(SocketAddress(text) == nil)
    }
}
