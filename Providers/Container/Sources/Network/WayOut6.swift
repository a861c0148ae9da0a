import DevenvHost
import SystemPackage

/// How machines get outside over IPv6, on hosts that do so themselves.
///
/// A host that forwards IPv6 on all interfaces is a router, and no longer takes its own default route from routers. Newer kernels
/// (6.17) forward what comes in by chosen interfaces instead, which changes nothing else: `force_forwarding` in the kernel's
/// ip-sysctl. It takes the bridges of networks and, for what is answered, the host's uplinks. On older ones somebody has to have made the host
/// a router.
enum WayOut6 {
    /// Whether the host forwards IPv6 whatever devenv does.
    static var isRouter: Bool { UserRealm.current == nil && isOn("all/forwarding") }

    /// The uplinks that have to be opened before a network leads out; none where that has been done, or can't be.
    static func closedUplinks(for bridges: [Bridge]) -> [String] {
        guard UserRealm.current == nil, bridges.contains(where: \.leadsOut6), !isRouter else { return [] }
        return HostRoute6.uplinks().filter { exists("\($0)/force_forwarding") && !isOn("\($0)/force_forwarding") }
    }

    /// Opens uplinks, and bridges, which must be there.
    static func open(_ uplinks: [String], _ bridges: [Bridge]) throws(HostError) {
        guard UserRealm.current == nil, !isRouter else { return }
        let ways = bridges.filter(\.leadsOut6).map(\.name).filter { exists("\($0)/force_forwarding") }
        guard !ways.isEmpty, !HostRoute6.uplinks().isEmpty else { return }
        for name in uplinks + ways { try KernelSetting.write("1", to: "\(settings)/\(name)/force_forwarding") }
    }

    /// Closes what `open` has opened. Interfaces that are gone are closed.
    static func close(_ uplinks: some Sequence<String>) throws(HostError) {
        for name in uplinks where exists("\(name)/force_forwarding") {
            try KernelSetting.write("0", to: "\(settings)/\(name)/force_forwarding")
        }
    }

    /// Whether machines get outside by a bridge: where they don't, a default route would only keep them waiting.
    static func leads(from bridge: String) -> Bool {
        guard UserRealm.current == nil, isRouter || isOn("\(bridge)/force_forwarding") else { return false }
        return !HostRoute6.uplinks().isEmpty
    }

    /// What a user can do about a host whose machines don't get outside as it does; nil where nothing is missing.
    static var advice: String? {
        let uplinks = HostRoute6.uplinks()
        guard !uplinks.isEmpty, !isRouter, !exists("all/force_forwarding") else { return nil }
        let taking = uplinks.filter { isOn("\($0)/accept_ra") }.map { "net.ipv6.conf.\($0).accept_ra=2 " }
        return "sysctl -w \(taking.joined())net.ipv6.conf.all.forwarding=1"
    }

    private static let settings = "net/ipv6/conf"

    private static func exists(_ name: String) -> Bool { HostFiles.exists(FilePath("/proc/sys/\(settings)/\(name)")) }

    private static func isOn(_ name: String) -> Bool {
        // one that vanishes with its interface is off
        ((try? HostFiles.read(FilePath("/proc/sys/\(settings)/\(name)"), limit: 16)) ?? nil) == Array("1\n".utf8)
    }
}

extension Bridge {
    /// Whether machines on it may get outside over IPv6.
    var leadsOut6: Bool { subnet6 != nil && !isInternal }
}
