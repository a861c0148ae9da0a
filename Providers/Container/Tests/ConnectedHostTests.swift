import ContainerProvider
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Machines that end while somebody on this host is connected to them: the kernel would keep a machine's network for as long
/// as it still owes bytes to others.
@Suite(.requiresContainers)
struct ConnectedHostTests {
    @Test(arguments: [false, true])
    func nothingStandsOfADestroyedMachine(bridgeGoesFirst: Bool) async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            try await fixture.withStalledReader(of: web) {
                let canary = try await fixture.addCanary(to: web)
                if bridgeGoesFirst {
                    let bridge = try #require(try HostFiles.list("/sys/class/net").first { fixture.isBridge($0) })
                    try await fixture.host("ip", "link", "delete", bridge)
                }
                try await fixture.provider.destroy(web.recorded)
                #expect(fixture.leftovers.links() == [])
                // nothing on this host names the rest: the kernel ends it when it has given the connections up
                try await eventually("its network has ended", within: .seconds(20)) { !HostFiles.exists(canary) }
            }
        }
    }

    @Test(arguments: [.zero, Duration.seconds(20)])
    func aMachineThatComesBackIsAloneWithItsAddress(grace: Duration) async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            try await fixture.withStalledReader(of: web) {
                let before = fixture.cables(of: web)
                try await fixture.provider.stop(web.recorded, grace: grace)
                #expect(fixture.cables(of: web) == [])
                _ = try await fixture.provider.start(web)
                #expect(fixture.cables(of: web).count == 1)
                #expect(fixture.cables(of: web) != before)
                #expect(try await fixture.say("hostname", in: web) == "web")
            }
        }
    }

    @Test func whoeverIsConnectedHearsThatTheMachineEnds() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            _ = try await fixture.say("true", in: web)
            let reader = try await fixture.connected(to: web, port: 22)
            defer { try? reader.close() }  // nothing was written to it
            try await fixture.provider.destroy(web.recorded)
            var bytes = [UInt8](repeating: 0, count: 4096)
            var count: Int
            repeat {
                count = recv(reader.rawValue, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            } while count > 0
            #expect(count == 0 || errno == ECONNRESET)
        }
    }

    @Test func aMachineThatEndedByItselfComesBackAlone() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            try await fixture.withStalledReader(of: web) {
                let before = fixture.cables(of: web)
                kill(try fixture.firstProcess(of: web), SIGKILL)
                try await eventually("it is seen as stopped") { try await fixture.state(of: web) == .stopped }
                #expect(fixture.cables(of: web) == before)
                _ = try await fixture.provider.start(web)
                #expect(fixture.cables(of: web).count == 1)
                #expect(fixture.cables(of: web) != before)
                #expect(try await fixture.say("hostname", in: web) == "web")
            }
        }
    }
}

extension ContainerFixture {
    /// The port of a machine's program that sends without end.
    private static let port: UInt16 = 4000

    /// Runs the body while the machine has bytes for a program of this host that does not read them.
    fileprivate func withStalledReader(of request: MachineRequest, _ body: () async throws -> Void) async throws {
        let sender = """
            $s = IO::Socket::INET->new(LocalPort => \(Self.port), Listen => 1) or die; \
            $c = $s->accept; print $c "x" x 65536 while 1
            """
        _ = try await say(
            "setsid -f perl -MIO::Socket::INET -e '\(sender)' </dev/null >/dev/null 2>&1", in: request)
        let reader = try await connected(to: request, port: Self.port)
        defer { try? reader.close() }  // nothing was written to it
        let process = try firstProcess(of: request)
        try await eventually("it has sent more than is taken") { try owes(process) }
        try await body()
    }

    /// A connection to a port of the machine; the caller closes it.
    fileprivate func connected(to request: MachineRequest, port: UInt16) async throws -> FileDescriptor {
        let reader = FileDescriptor(rawValue: socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = request.spec.interfaces[0].address.value.bigEndian
        try await eventually("the machine's program listens") {
            withUnsafeBytes(of: &address) { bytes in
                connect(
                    reader.rawValue, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                    socklen_t(bytes.count)) == 0
            }
        }
        return reader
    }

    /// Whether a connection in a process' network has bytes that its other end has not acknowledged, proc_net_tcp.
    private func owes(_ process: pid_t) throws -> Bool {
        let bytes = try #require(try HostFiles.read(FilePath("/proc/\(process)/net/tcp")))
        let port = String(Self.port, radix: 16, uppercase: true)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.count > 4 && fields[1].hasSuffix(":0\(port)") && fields[3] == "01"
                && !fields[4].hasPrefix("00000000:")
        }
    }

    /// A link of this host that goes when the machine's network does. Returns where it is seen.
    fileprivate func addCanary(to request: MachineRequest) async throws -> FilePath {
        let name = "ct" + request.identity.machine.short
        try await host(
            "ip", "link", "add", name, "type", "veth", "peer", "name", "canary", "netns",
            "\(try firstProcess(of: request))")
        return FilePath("/sys/class/net").appending(name)
    }

    /// The host's ends of a machine's cables.
    fileprivate func cables(of request: MachineRequest) -> [String] {
        let links = (try? HostFiles.list("/sys/class/net")) ?? []  // none, which no test takes for success
        return links.filter { $0.hasPrefix("vd" + request.identity.machine.short) }
    }

    fileprivate func isBridge(_ link: String) -> Bool { link.hasPrefix("dv" + project.short) }
}
