import DevenvHost
import DevenvModel

/// devenv's own table of nftables(8), `inet devenv`: forwards, the way out, and what keeps networks apart.
///
/// Rules are the same for all machines; what belongs to a machine or to a bridge is an element of a map or of a set,
/// with its owner's mark as the comment, so that it can be listed and removed exactly.
enum RuleTable {
    /// Its name.
    static let name = "devenv"

    /// Makes the table whole, whatever is there of it. In one transaction, like everything else in the same batch.
    static let skeleton = """
        table inet devenv {
            map to_tcp { type ipv4_addr . inet_service : ipv4_addr . inet_service; }
            map to_udp { type ipv4_addr . inet_service : ipv4_addr . inet_service; }
            map to_tcp_any { type inet_service : ipv4_addr . inet_service; }
            map to_udp_any { type inet_service : ipv4_addr . inet_service; }
            set bridges { type ifname; }
            set walled { type ifname; }
            set inside { type ifname . ifname; }
            set uplinks { type ifname; }
            chain guard { type filter hook prerouting priority raw; policy accept; }
            chain arriving { type nat hook prerouting priority dstnat; policy accept; }
            chain sending { type nat hook output priority -100; policy accept; }
            chain passing { type filter hook forward priority filter; policy accept; }
            chain departing { type nat hook postrouting priority srcnat; policy accept; }
        }
        flush chain inet devenv guard
        flush chain inet devenv arriving
        flush chain inet devenv sending
        flush chain inet devenv passing
        flush chain inet devenv departing
        table inet devenv {
            chain guard {
                iifname @bridges ip daddr 127.0.0.0/8 drop comment "the host's loopback is no machine's business"
            }
            chain arriving {
                fib daddr type local dnat ip to ip daddr . tcp dport map @to_tcp
                fib daddr type local dnat ip to ip daddr . udp dport map @to_udp
                fib daddr type local dnat ip to tcp dport map @to_tcp_any
                fib daddr type local dnat ip to udp dport map @to_udp_any
            }
            chain sending {
                fib daddr type local dnat ip to ip daddr . tcp dport map @to_tcp
                fib daddr type local dnat ip to ip daddr . udp dport map @to_udp
                fib daddr type local dnat ip to tcp dport map @to_tcp_any
                fib daddr type local dnat ip to udp dport map @to_udp_any
            }
            chain passing {
                ct status dnat accept
                iifname . oifname @inside accept
                iifname @bridges oifname @bridges drop comment "networks don't see each other"
                iifname @walled drop comment "an internal network has no way out"
                oifname @walled drop comment "and none in"
                iifname != @bridges oifname @bridges meta nfproto ipv6 ct state new drop comment "only answers come in"
                iifname @uplinks oifname != @bridges meta nfproto ipv6 ct state new drop comment "opened for machines alone"
            }
            chain departing {
                iifname @bridges oifname != @bridges masquerade
                ip saddr 127.0.0.0/8 oifname @bridges masquerade
                iifname . oifname @inside ct status dnat masquerade
                oifname @walled ct status dnat masquerade comment "its machines know no way back"
            }
        }

        """

    /// How many rules there are in a whole table.
    static let ruleCount = skeleton.split(separator: "\n").filter { line in
        let words = line.split(separator: " ")
        return ["iifname", "oifname", "fib", "ct", "ip"].contains(words.first)
    }.count

    /// Adds elements of bridges. Repeating it changes nothing.
    static func add(_ bridges: [Bridge]) -> String {
        bridges.map { bridge in
            let comment = comment(for: bridge)
            return """
                add element inet devenv bridges { "\(bridge.name)" \(comment) }
                add element inet devenv inside { "\(bridge.name)" . "\(bridge.name)" \(comment) }

                """
        }.joined()
    }

    /// Puts walls up and takes them down where that is not as it should be.
    static func wall(_ bridges: [Bridge], over listing: RuleListing) -> String {
        bridges.filter { $0.isInternal != listing.walled.contains($0.name) }.map { bridge in
            bridge.isInternal
                ? "add element inet devenv walled { \"\(bridge.name)\" \(comment(for: bridge)) }\n"
                : "delete element inet devenv walled { \"\(bridge.name)\" }\n"
        }.joined()
    }

    private static func comment(for bridge: Bridge) -> String {
        "comment \"devenv:\(bridge.project):\(bridge.network)\""
    }

    /// Notes uplinks that are about to be opened for IPv6, so that they are closed with the table.
    /// Where the host has become a router since, they serve others too, and are left to whoever made it one.
    static func note(_ uplinks: [String], isRouter: Bool = false, over listing: RuleListing) -> String {
        if isRouter { return listing.uplinks.isEmpty ? "" : "flush set inet devenv uplinks\n" }
        return uplinks.filter { !listing.uplinks.contains($0) }.map {
            "add element inet devenv uplinks { \"\($0)\" }\n"
        }.joined()
    }

    /// Removes elements of bridges that are there.
    static func remove(_ bridges: [String], from listing: RuleListing) -> String {
        bridges.filter { listing.bridges.contains($0) }.map { name in
            """
            delete element inet devenv bridges { "\(name)" }
            delete element inet devenv inside { "\(name)" . "\(name)" }

            """ + (listing.walled.contains(name) ? "delete element inet devenv walled { \"\(name)\" }\n" : "")
        }.joined()
    }

    /// Adds forwards to an address.
    static func add(_ forwards: [PortForward], to address: IPv4Address, mark: String) -> String {
        forwards.map { forward in
            let slot = ForwardSlot(forward)
            return "add element inet devenv \(slot.map) { \(slot.key) comment \"\(mark)\""
                + " : \(address) . \(forward.guest) }\n"
        }.joined()
    }

    /// Removes elements of forwards.
    static func remove(_ slots: [ForwardSlot]) -> String {
        slots.map { "delete element inet devenv \($0.map) { \($0.key) }\n" }.joined()
    }

    /// Removes the table.
    static let removal = "delete table inet devenv\n"

    /// The call that carries out a batch, all of it or nothing.
    static func invocation(_ batch: String) -> ToolInvocation {
        ToolInvocation("nft", ["-f", "-"], input: Array(batch.utf8), timeout: .seconds(30))
    }

    /// The call that lists the table; its status is not 0 where there is none.
    static let listing = ToolInvocation("nft", ["-j", "list", "table", "inet", "devenv"], timeout: .seconds(30))
}

/// Where on the host a forward begins: an address, or every one, a port and a protocol.
struct ForwardSlot: Hashable, Sendable {
    /// The address; nil for every one of the host.
    let address: IPv4Address?
    /// The port.
    let port: UInt16
    /// The protocol.
    let transport: PortForward.Transport

    init(address: IPv4Address?, port: UInt16, transport: PortForward.Transport) {
        self.address = address
        self.port = port
        self.transport = transport
    }

    /// In a realm what comes to any address of the host comes to the realm's only one.
    init(_ forward: PortForward) {
        self.init(
            address: forward.address.value == 0 || UserRealm.current != nil ? nil : forward.address, port: forward.host,
            transport: forward.transport)
    }

    /// The map that it is in; `tcp` alone is a reserved word.
    var map: String { "to_" + transport.rawValue + (address == nil ? "_any" : "") }
    /// Its key there.
    var key: String { address.map { "\($0) . \(port)" } ?? "\(port)" }

    /// Whether both can't be had at once: the same port on the same address, or on every one.
    func collides(with other: ForwardSlot) -> Bool {
        port == other.port && transport == other.transport
            && (address == other.address || address == nil || other.address == nil)
    }
}
