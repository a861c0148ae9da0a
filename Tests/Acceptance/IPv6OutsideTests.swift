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
                try await remove(router, of: host)
                try host.end()
                throw error
            }
            try await remove(router, of: host)
            try host.end()
        }
    }

    private func remove(_ router: String, of host: SmallHost) async throws {
        for name in [router, "\(router)-side"] { _ = try await host.run("ip", "netns", "delete", name) }
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
            _ = try await host.run("ip", "-n", router, "route", "replace", String(address), "via", "2001:db8:1::2")
            #expect(try await answer(of: String(address), to: router, host) == "none\n")
        }
        try await expectNoOtherWay(host, router)
        // the host listens to its router as before
        _ = try await host.run("ip", "-6", "route", "delete", "default")
        try await advertise(host, router)
        #expect(try await host.run(devenv, "ssh", "web", "-c", ping) == "there\n")
        let setting = "/proc/sys/net/ipv6/conf/up0/force_forwarding"
        #expect(try await host.run("cat", setting, "/proc/sys/net/ipv6/conf/all/forwarding") == "1\n0\n")
        _ = try await host.run(devenv, "destroy", "-f")
        #expect(try await host.run("cat", setting) == "0\n")
    }

    /// The host leads nobody to its other networks, as before; without the rule it would.
    private func expectNoOtherWay(_ host: SmallHost, _ router: String) async throws {
        let other = "2001:db8:3::2"
        #expect(try await answer(of: other, to: router, host) == "none\n")
        _ = try await host.run("nft", "flush", "chain", "inet", "devenv", "passing")
        // what the other network answers comes by an interface that is not open
        _ = try await host.run("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/side0/force_forwarding")
        #expect(try await answer(of: other, to: router, host, within: 10) == "there\n")
        _ = try await host.run(BuiltProgram.devenv.string, "up")
        #expect(try await answer(of: other, to: router, host) == "none\n")
    }

    /// Whether an address answers a router's echo request, RFC 4443 section 4.1, within so many seconds.
    private func answer(
        of address: String, to router: String, _ host: SmallHost, within seconds: Int = 1
    ) async throws -> String {
        let program = """
            import os, socket, struct, sys
            s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
            s.settimeout(\(seconds))
            s.sendto(struct.pack("!BBHHH", 128, 0, 0, os.getpid() & 65535, 1), (sys.argv[1], 0))
            try:
                while s.recv(100)[0] != 129: pass
                print("there")
            except socket.timeout:
                print("none")
            """
        return try await host.run("ip", "netns", "exec", router, "python3", "-c", program, address)
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
            ip -n "$1" route add 2001:db8:3::/64 via 2001:db8:1::2
            ip netns add "$1-side"
            ip netns exec "$1-side" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
            ip link add side0 type veth peer name eth0 netns "$1-side"
            ip link set side0 up
            ip addr add 2001:db8:3::1/64 dev side0 nodad
            ip -n "$1-side" link set eth0 up
            ip -n "$1-side" addr add 2001:db8:3::2/64 dev eth0 nodad
            ip -n "$1-side" route add default via 2001:db8:3::1
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
