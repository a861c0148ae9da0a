import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Machines that reach what lies outside of their host over IPv6, as it does.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(
        tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "bash", "unshare", "nsenter", "setsid", "python3"),
    .enabled(
        if: HostFiles.exists("/proc/sys/net/ipv6/conf/all/force_forwarding"),
        "needs a kernel that forwards IPv6 by interface, of Linux 6.17 or later"))
struct IPv6OutsideTests {
    private static let envfile = """
        version: 1
        name: outside
        networks: { front: { subnet6: auto }, back: { internal: true, subnet6: auto } }
        defaults: { box: $BOX }
        machines:
          web: { networks: [back, front] }
          db: { networks: [back] }

        """

    private static let outside = "2001:db8:2::1"

    @Test func machinesGetOutAndNobodyInAndTheHostKeepsItsRouter() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            let host = try await SmallHost.boot(for: project)
            let router = "dvr-\(project.directory.lastComponent?.string.suffix(8) ?? "")"
            do {
                try await connect(host, to: router)
                try await expectWays(host, router)
            } catch {
                _ = try await host.run("ip", "netns", "delete", router)
                try host.end()
                throw error
            }
            _ = try await host.run("ip", "netns", "delete", router)
            try host.end()
        }
    }

    private func expectWays(_ host: SmallHost, _ router: String) async throws {
        let devenv = BuiltProgram.devenv.string
        _ = try await host.run(devenv, "up")
        let ping = "ping -c 1 -W 10 \(Self.outside) >/dev/null && echo there"
        #expect(try await host.run(devenv, "ssh", "web", "-c", ping) == "there\n")
        #expect(try await host.run(devenv, "ssh", "db", "-c", "ip -6 route show default") == "")
        // a neighbour that knows the way is let in nowhere
        let said = try await host.run(devenv, "ssh", "web", "-c", "hostname -I")
        let addresses = said.split(separator: " ").filter { $0.hasPrefix("fdde:") }
        #expect(addresses.count == 2)
        for address in addresses {
            let visit =
                "ip -6 route replace \(address) via 2001:db8:1::2; ping -c 1 -W 1 \(address) >/dev/null || echo closed"
            #expect(try await host.run("ip", "netns", "exec", router, "sh", "-c", visit) == "closed\n")
        }
        // the host listens to its router as before
        _ = try await host.run("ip", "-6", "route", "delete", "default")
        try await advertise(host, router)
        #expect(try await host.run(devenv, "ssh", "web", "-c", ping) == "there\n")
        let setting = "/proc/sys/net/ipv6/conf/up0/force_forwarding"
        #expect(try await host.run("cat", setting, "/proc/sys/net/ipv6/conf/all/forwarding") == "1\n0\n")
        _ = try await host.run(devenv, "destroy", "-f")
        #expect(try await host.run("cat", setting) == "0\n")
    }

    /// Gives the host a neighbour that is its router, and has an address further away. It knows no way to machines.
    private func connect(_ host: SmallHost, to router: String) async throws {
        let script = """
            set -e
            echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
            ip netns add "$1"
            ip netns exec "$1" sh -c 'cd /proc/sys/net/ipv6/conf && echo 0 >default/accept_dad && echo 1 >all/forwarding'
            ip link add up0 type veth peer name eth0 netns "$1"
            ip link set up0 up
            ip addr add 2001:db8:1::2/64 dev up0 nodad
            ip -n "$1" link set lo up
            ip -n "$1" link set eth0 up
            ip -n "$1" addr add 2001:db8:1::1/64 dev eth0 nodad
            ip -n "$1" addr add \(Self.outside)/128 dev lo nodad
            """
        _ = try await host.run("sh", "-c", script, "sh", router)
        try await advertise(host, router)
    }

    /// Has the router say that it is one, RFC 4861 section 4.2, until the host has heard it.
    private func advertise(_ host: SmallHost, _ router: String) async throws {
        let program = """
            import socket, struct
            s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            message = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
            s.sendto(message, ("ff02::1", 0, 0, socket.if_nametoindex("eth0")))
            """
        try await eventually("the host has heard its router") {
            _ = try await host.run("ip", "netns", "exec", router, "python3", "-c", program)
            return try await host.run("ip", "-6", "route", "show", "default").contains("proto ra")
        }
    }
}
