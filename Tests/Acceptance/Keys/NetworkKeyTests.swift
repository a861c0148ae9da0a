import DevenvHost
import DevenvModel
import DevenvTestSupport
import Testing

/// What forwards and networks say beside ports and names.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "bash"))
struct NetworkKeyTests {
    static func envfile(_ port: UInt16, _ subnet: String, _ address: String) -> String {
        """
        version: 1
        name: wired
        networks:
          front:
          back: { subnet: \(subnet), subnet6: auto, internal: true }
        defaults: { box: $BOX }
        machines:
          web:
            networks: [front, { name: back, ip: \(address), mac: "02:dd:00:00:00:09" }]
            forward:
              - { host: \(port), guest: 5353, protocol: udp, address: 127.0.0.2 }
              - { host: \(port), guest: 22, protocol: tcp, address: 127.0.0.3 }
            provision: [{ name: echo, shell: { path: echo.sh } }]
          db:
            networks: [back]
        """
    }

    /// Answers what is sent to the port 5353.
    private static let files = [
        "echo.sh": """
        cat >/srv/echo.pl <<'END'
        use IO::Socket::INET;
        my $socket = IO::Socket::INET->new(LocalPort => 5353, Proto => 'udp') or die $!;
        while (defined $socket->recv(my $text, 100)) { $socket->send("back: $text"); }
        END
        setsid perl /srv/echo.pl >/dev/null 2>&1 &
        """
    ]

    private static func host(_ script: String) async throws -> String {
        try await SystemToolRunner().run(ToolInvocation("bash", ["-c", script], timeout: .seconds(30))).text
    }

    @Test func aForwardHasItsProtocolAndItsAddressAlone() async throws {
        try await with { project, port in
            try await eventually("an answer comes by UDP") {
                try await Self.echo("127.0.0.2", port) == "back: hello"
            }
            #expect(try await Self.echo("127.0.0.1", port) != "back: hello")
            #expect(try await Self.echo("127.0.0.3", port) != "back: hello")
            for (address, answers) in [("127.0.0.3", true), ("127.0.0.1", false), ("127.0.0.2", false)] {
                let banner = try await Self.host("exec 3<>/dev/tcp/\(address)/\(port) && timeout 20 head -n 1 <&3")
                #expect(banner.hasPrefix("SSH-2.0") == answers, "\(address): \(banner)")
            }
            let told = try await project.expect("port", "web").text
            #expect(told.contains("127.0.0.2") && told.contains("udp"), "\(told)")
        }
    }

    private static func echo(_ address: String, _ port: UInt16) async throws -> String {
        try await host("exec 3<>/dev/udp/\(address)/\(port); printf hello >&3; timeout 1 head -c 11 <&3")
    }

    @Test func anInternalNetworkHasNoWayOutAndACardHasTheAddressThatIsWritten() async throws {
        try await with { project, _ in
            #expect(try await project.said("cat /sys/class/net/eth1/address", in: "web") == "02:dd:00:00:00:09\n")
            #expect(try await project.said("ip route show default", in: "web").contains("dev eth0"))
            #expect(try await project.said("ip route show default", in: "db") == "")
            for version in ["-4", "-6"] {
                let ping = "ping \(version) -c 1 -W 10 web >/dev/null && echo there"
                #expect(try await project.said(ping, in: "db") == "there\n")
            }
            let hosts = try await project.expect("hosts", "db").text.split(separator: "\n")
            #expect(hosts.count == 2 && hosts.last?.hasPrefix("fdde:7e6e:") == true, "\(hosts)")
            let walled = try await Self.host("nft list set inet devenv walled")
            let id = try #require(try project.marks().first)
            #expect(walled.contains("devenv:\(id):back") && !walled.contains("devenv:\(id):front"), "\(walled)")
        }
    }

    private func with(_ body: @Sendable (AcceptanceProject, UInt16) async throws -> Void) async throws {
        let subnet = TestSubnet.unused(in: TestSubnet.containers)
        let address = subnet.gateway.description.split(separator: ".").dropLast().joined(separator: ".") + ".9"
        let port = try LoopbackPort.free()
        try await AcceptanceProject.with(Self.envfile(port, subnet.description, address), files: Self.files) {
            project in
            try await project.expect("up")
            try await body(project, port)
        }
    }
}
