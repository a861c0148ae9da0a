import DevenvHost
import DevenvModel

/// Input of `ip -batch`: links, addresses and routes in as few calls as can be.
enum LinkBatch {
    /// Makes bridges whole, but for those with IPv6 addresses, which `completions` makes so.
    ///
    /// `quickack 1` spares each SSH connection two delayed acknowledgements of 40 ms.
    static func bridges(_ bridges: [(bridge: Bridge, presence: Bridge.Presence)]) -> [String] {
        bridges.flatMap { bridge, presence -> [String] in
            if presence == .whole { return [] }
            let (name, gateway) = (bridge.name, bridge.subnet.gateway)
            let make = presence == .absent ? ["link add name \(name) address \(bridge.mac) type bridge"] : []
            return make + [
                "addr flush dev \(name)",
                "link set dev \(name) addrgenmode none up",
                "addr add \(gateway)/\(bridge.subnet.prefixLength) dev \(name) noprefixroute",
                "route replace \(bridge.subnet) dev \(name) proto kernel scope link src \(gateway) quickack 1",
            ] + (bridge.subnet6 == nil ? [mark(bridge)] : [])
        }
    }

    /// Gives bridges their IPv6 addresses, once their settings admit any. `nodad`: nobody else gives out these addresses, and one that
    /// is still being looked for is not answered on.
    static func completions(_ bridges: [(bridge: Bridge, presence: Bridge.Presence)]) -> [String] {
        bridges.flatMap { bridge, presence -> [String] in
            guard presence != .whole, let subnet = bridge.subnet6 else { return [] }
            let gateway = subnet.address(for: bridge.subnet.gateway)
            return [
                "addr add \(gateway)/64 dev \(bridge.name) nodad",
                // whom something is sent on to is asked for from an address of the link's own
                "addr add fe80::1/64 dev \(bridge.name) nodad",
                mark(bridge),
            ]
        }
    }

    private static func mark(_ bridge: Bridge) -> String { "link set dev \(bridge.name) alias \(bridge.alias)" }

    /// Joins a machine to its bridges: on the host.
    static func attachments(_ cables: [Cable], process: Int32) -> [String] {
        cables.flatMap { cable in
            [
                "link add name \(cable.name) type veth"
                    + " peer name \(cable.inside) address \(cable.interface.mac) netns \(process)",
                "link set dev \(cable.name) master \(cable.bridge) addrgenmode none alias \(cable.alias) up",
            ]
        }
    }

    /// Gives the machine its addresses and routes: in its network namespace. The bridge that leads out over IPv6, if any does.
    static func inside(_ cables: [Cable], outlet6: String? = nil) -> [String] {
        let addresses = cables.flatMap { cable -> [String] in
            let (subnet, address) = (cable.interface.subnet, cable.interface.address)
            return [
                "link set dev \(cable.inside) up",
                "addr add \(address)/\(subnet.prefixLength) dev \(cable.inside) noprefixroute",
                "route replace \(subnet) dev \(cable.inside) src \(address) quickack 1",
            ] + (cable.interface.address6.map { ["addr add \($0)/64 dev \(cable.inside) nodad"] } ?? [])
        }
        let outlet = cables.first(where: \.isWayOut).map {
            "route replace default via \($0.interface.subnet.gateway) quickack 1"
        }
        let other = cables.first { $0.bridge == outlet6 }.flatMap { cable in
            cable.interface.gateway6.map { "route replace ::/0 via \($0) dev \(cable.inside)" }
        }
        return addresses + [outlet, other].compactMap(\.self)
    }

    /// Removes links, as a group of their own: one after the other, the kernel would wait for each as long as for all.
    static func removal(of links: [String], group: Int32) -> [String] {
        guard links.count > 1 else { return links.map { "link delete dev \($0)" } }
        return links.map { "link set dev \($0) group \(group)" } + ["link delete group \(group)"]
    }

    /// The call on the host.
    static func invocation(_ lines: [String]) -> ToolInvocation {
        ToolInvocation("ip", ["-batch", "-"], input: input(lines), timeout: .seconds(30))
    }

    /// The call in a process' network namespace.
    static func invocation(_ lines: [String], inNetworkOf process: Int32) -> ToolInvocation {
        ToolInvocation(
            "nsenter", ["--net=/proc/\(process)/ns/net", "ip", "-batch", "-"], input: input(lines),
            timeout: .seconds(30))
    }

    private static func input(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }
}

/// A pair of virtual interfaces, one on a bridge and one in a machine.
struct Cable: Hashable, Sendable, Codable {
    /// The name on the host: new at each start, as what a killed command left of the last run may stand yet.
    let name: String
    /// The name in the machine.
    let inside: String
    /// The bridge.
    let bridge: String
    /// The mark of its machine.
    let alias: String
    /// The addresses.
    let interface: NetworkInterface
    /// Whether the machine's default route leads through it.
    let isWayOut: Bool
}

extension NetworkInterface {
    /// The host's IPv6 address on its network.
    fileprivate var gateway6: IPv6Address? { subnet6?.address(for: subnet.gateway) }
}

extension Cable {
    /// The bridge that leads outside over IPv6: that of the first network with such addresses that leads out at all.
    static func outlet6(of cables: [Cable]) -> String? {
        let cable = cables.first { $0.interface.subnet6 != nil && !$0.interface.isInternal }
        return cable.map(\.bridge).flatMap { WayOut6.leads(from: $0) ? $0 : nil }
    }

    /// What the names of a machine's cables begin with: 10 characters of the 15 that the kernel allows.
    static func prefix(of place: MachinePlace) -> String { "vd" + place.machine.short }

    /// New cables for a machine's interfaces, `eth0` first. The way out is the first network that leads out at all.
    static func make(for interfaces: [NetworkInterface], of place: MachinePlace) -> [Cable] {
        let outlet = interfaces.firstIndex { !$0.isInternal }
        return interfaces.enumerated().map { index, interface in
            let bridge = place.bridge(of: interface)
            let random = String(UInt32.random(in: 0x10000...0xFFFFF), radix: 16)
            return Cable(
                name: prefix(of: place) + random, inside: "eth\(index)", bridge: bridge.name,
                alias: "\(place.mark):eth\(index)", interface: interface, isWayOut: index == outlet)
        }
    }
}
