import DevenvHost
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

/// What a project's networks are after the host has lost all of them.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "bash", "unshare", "nsenter", "setsid"))
struct RebootTests {
    private static let envfile = """
        version: 1
        name: lasting
        networks: { front: { subnet6: auto }, back: { internal: true, subnet6: auto } }
        defaults: { box: $BOX }
        machines:
          web: { networks: [front, back], forward: [{ host: 28990, guest: 22, auto: true }] }
          far: { networks: [front], container: { capabilities: [NET_ADMIN] } }
          db: { networks: [back], container: { capabilities: [NET_ADMIN] }, forward: [28991:22, 28991:5353/udp] }

        """

    private static let state = """
        for link in /sys/class/net/d[vd]*; do cat $link/ifalias; done | sort
        nft list table inet devenv | grep -v 'elements = {$' | sort
        """

    /// Everything that leads to machines, as the machines and the host see it.
    private func expectWhole(_ host: SmallHost) async throws {
        let devenv = BuiltProgram.devenv.string
        let there = "ping -c 1 -W 10 db >/dev/null && ip route show default && cat /etc/hosts"
        let inside = try await host.run(devenv, "ssh", "web", "-c", there)
        #expect(inside.contains("dev eth0") && inside.contains(" db\n"), "\(inside)")
        let alone = try await host.run(
            devenv, "ssh", "db", "-c", "ping -c 1 -W 10 web >/dev/null; ip route show default")
        #expect(alone == "")
        for port in [28990, 28991] {
            let banner = try await host.run("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); head -n 1 <&3")
            #expect(banner.hasPrefix("SSH-2.0"), "\(port): \(banner)")
        }
        let plan = try await host.run(devenv, "plan")
        #expect(plan.hasPrefix("Nothing to do"), "\(plan)")
    }

    /// On a host that forwards IPv6, with machines that make ways to each other's networks.
    private func expectWallsForIPv6(_ host: SmallHost) async throws {
        let devenv = BuiltProgram.devenv.string
        _ = try await host.run("bash", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")
        var addresses: [IPv6Address] = []
        for machine in ["far", "db"] {
            let said = try await host.run(devenv, "ssh", machine, "-c", "hostname -I")
            let address = try #require(said.split(separator: " ").compactMap { IPv4Address(String($0)) }.first)
            let subnet = IPv4Subnet(address, prefixLength: 24)
            let gateway = IPv6Subnet(besides: subnet).address(for: subnet.gateway)
            let way = "sudo ip -6 route add default via \(gateway) && ping -c 1 -W 10 \(gateway) >/dev/null"
            _ = try await host.run(devenv, "ssh", machine, "-c", way)
            addresses.append(IPv6Subnet(besides: subnet).address(for: address))
        }
        let target = try #require(addresses.last)
        let ping = "ping -c 1 -W 2 \(target) >/dev/null && echo there || echo not there"
        #expect(try await host.run(devenv, "ssh", "far", "-c", ping) == "not there\n")
        // there is a way, and only the walls are in it
        _ = try await host.run("nft", "flush", "chain", "inet", "devenv", "passing")
        #expect(try await host.run(devenv, "ssh", "far", "-c", ping) == "there\n")
        _ = try await host.run(devenv, "up")
        #expect(try await host.run(devenv, "ssh", "far", "-c", ping) == "not there\n")
    }

    @Test func networksAreTheSameAgainAfterTheHostHasLostThemAll() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            let devenv = BuiltProgram.devenv.string
            var host = try await SmallHost.boot(for: project)
            do {
                _ = try await host.run(devenv, "up")
                try await expectWhole(host)
                let before = try await host.run("bash", "-c", Self.state)
                try host.end()
                host = try await SmallHost.boot(for: project)
                try await eventually("all have ended") {
                    let states = try await host.run(devenv, "status")
                    return !states.contains("running")
                }
                _ = try await host.run(devenv, "up")
                try await expectWhole(host)
                let after = try await host.run("bash", "-c", Self.state)
                #expect(after == before && before.contains("28991"), "\(before)\n\(after)")
                try await expectWallsForIPv6(host)
                _ = try await host.run(devenv, "destroy", "-f")
                let left = try await host.run("bash", "-c", "ls /sys/class/net; nft list ruleset")
                #expect(left == "lo\n", "\(left)")
            } catch {
                try host.end()
                throw error
            }
            try host.end()
        }
    }
}
