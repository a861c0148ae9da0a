import DevenvDiagnostics
import DevenvModel

/// An item of `forward`.
enum ForwardKeys {
    struct Draft: Sendable {
        var host: UInt16?
        var guest: UInt16?
        var address = IPv4Address.loopback
        var transport = PortForward.Transport.tcp
        var isAutomatic = false
    }

    static let table = KeyTable<Draft>(
        "an item of 'forward'",
        [
            Key("host", \.host, .port, "the host's port", isRequired: true),
            Key("guest", \.guest, .port, "the machine's port", isRequired: true),
            Key("protocol", \.transport, .choice, "tcp, which is the default, or udp"),
            Key("address", \.address, address, "the host's address that it is bound to; 127.0.0.1 by default"),
            Key("auto", \.isAutomatic, .boolean, "take another free port of the host where this one is in use"),
        ])

    /// `HOST:GUEST`, `HOST:GUEST/udp`, `ADDRESS:HOST:GUEST` or the long form.
    static let type: ValueType<Located<PortForward>> = ValueType<Draft>.object(table, Draft())
        .then { draft, _, _ in
            guard let host = draft.host, let guest = draft.guest else { return nil }
            return PortForward(
                address: draft.address, host: host, guest: guest, transport: draft.transport,
                isAutomatic: draft.isAutomatic)
        }
        .orShort(short).located

    private static let short = ValueType<PortForward>.parsed(
        "HOST:GUEST, HOST:GUEST/udp or ADDRESS:HOST:GUEST with ports from 1 to 65535, as in 8080:80", format: .forward,
        help: adviceOnIPv6, parse)

    private static let address = ValueType<IPv4Address>.parsed(
        "an IPv4 address such as 127.0.0.1", format: .ipv4, help: adviceOnIPv6
    ) { IPv4Address($0) }

    /// The kernel sends nothing on that was sent to ::1: there is no route_localnet for IPv6 (ip-sysctl of the kernel).
    private static func adviceOnIPv6(_ text: String) -> String? {
        guard text.count(where: { $0 == ":" }) > 2 || text.contains("::") else { return nil }
        return "forwards begin at IPv4 addresses; this host reaches machines with 'subnet6' at their own addresses"
    }

    private static func parse(_ text: String) -> PortForward? {
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let transport = halves.count == 1 ? .tcp : PortForward.Transport(rawValue: halves[1]),
            (2...3).contains(parts.count),
            let address = parts.count == 2 ? .loopback : IPv4Address(parts[0]),
            let host = port(parts[parts.count - 2]), let guest = port(parts[parts.count - 1])
        else { return nil }
        return PortForward(address: address, host: host, guest: guest, transport: transport)
    }

    private static func port(_ text: String) -> UInt16? {
        guard let number = UInt16(text), number > 0, text.first != "+" else { return nil }
        return number
    }
}
