import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import LibvirtProvider

/// Forwards of machines that an ordinary user has: QEMU's own.
@Suite(.requiresRoot, .requires(tool: "libvirtd", "virsh", "tini", "setpriv", "unshare", "qemu-system-x86_64"))
struct SessionForwardTests {
    @Test func onlyWhatHasChangedIsTouched() async throws {
        try await Self.withDomain { forwards, domain in
            let kept = PortForward(host: try LoopbackPort.free(), guest: 22)
            var moved = PortForward(address: IPv4Address(value: 0), host: try LoopbackPort.free(), guest: 80)
            let dropped = PortForward(host: try LoopbackPort.free(), guest: 53, transport: .udp)
            try await forwards.bring([kept, moved, dropped], of: domain)
            #expect(Set(try await forwards.routes(of: domain).map(\.forward)) == [kept, moved, dropped])
            // QEMU answers on behalf of a machine that is not there yet
            #expect(await TCPProbe.connect(to: .loopback, port: kept.host, timeout: .seconds(5)) == nil)
            moved.guest = 8080
            try await forwards.bring([kept, moved], of: domain)
            let present = try await forwards.routes(of: domain)
            #expect(Set(present.map(\.forward)) == [kept, moved])
            #expect(SessionForwards.drift(wanted: [kept, moved], present: present) == [])
            #expect(SessionForwards.drift(wanted: [dropped], present: present) == ["forward \(dropped) is gone"])
            #expect(HostPort.probe(dropped) == .free)
            try await forwards.take(downOf: domain)
            #expect(try await forwards.routes(of: domain) == [])
            try await forwards.take(downOf: domain)
        }
    }

    @Test func theSSHServerIsReachedOnThePortThatItHas() async throws {
        try await Self.withDomain { forwards, domain in
            var mark = MachineMark(
                Self.identity, address: nil, sshPort: try LoopbackPort.free(), guestPort: 2222)
            try await SSHPort.bring(&mark, of: domain, forwards.connection)
            let own = try #require(mark.sshForward)
            #expect(own.guest == 2222)
            #expect(try await forwards.routes(of: domain).map(\.forward) == [own])
        }
    }

    @Test(arguments: PortForward.Transport.allCases)
    func aPortThatIsTakenIsRefusedBeforeAnythingIsChanged(_ transport: PortForward.Transport) async throws {
        try await Self.withDomain { forwards, domain in
            let old = PortForward(host: try LoopbackPort.free(), guest: 22)
            let taken = PortForward(host: try LoopbackPort.free(), guest: 80, transport: transport)
            try await forwards.bring([old], of: domain)
            let socket = try HostPort.claim(taken)
            defer { try? socket.close() }  // nobody came
            let error = await #expect(throws: ProviderError.self) { try await forwards.bring([taken], of: domain) }
            #expect(error?.code == .portInUse)
            #expect(error?.port == taken.host)
            #expect(error?.message.contains("(process \(getpid()))") == true)
            #expect(Set(try await forwards.routes(of: domain).map(\.forward)) == [old])
        }
    }

    private static let identity = MachineIdentity(
        project: ProjectID(unchecked: "0123456789abcdef"), machine: MachineID(unchecked: "fedcba9876543210"),
        projectName: ProjectName(unchecked: "shop"), name: MachineName(unchecked: "web"))

    /// A machine that is paused before its first instruction, in a session of its own.
    private static func withDomain(_ body: (SessionForwards, DomainID) async throws -> Void) async throws {
        try await PrivateLibvirt.with(.session) { libvirt in
            let connection = try await LibvirtConnection.open(libvirt.uri)
            let digits = SecureRandom.hexadecimal(digits: 32)
            let card = XMLElement(
                "interface", ["type": "user"],
                [XMLElement("model", ["type": "virtio"]), XMLElement("alias", ["name": "ua-user"])])
            let domain = try await connection.define(
                XMLElement(
                    "domain", ["type": "qemu"],
                    [
                        XMLElement("name", text: "session-\(digits)"), XMLElement("uuid", text: digits),
                        XMLElement("memory", ["unit": "MiB"], text: "16"), XMLElement("vcpu", text: "1"),
                        XMLElement("os", [:], [XMLElement("type", ["arch": "x86_64", "machine": "q35"], text: "hvm")]),
                        XMLElement("devices", [:], [card]),
                    ]))
            try await connection.start(domain, paused: true)
            try await body(SessionForwards(connection: connection), domain)
            await connection.close()
        }
    }
}
