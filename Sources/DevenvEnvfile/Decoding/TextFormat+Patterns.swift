import DevenvModel

// What texts look like, as far as a regular expression can say it. None refuses what its parser takes.
extension TextFormat {
    /// `LabelName`.
    static let label = TextFormat("name", pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", takesScalars: true)

    /// RFC 1123, section 2.1.
    static let hostname = TextFormat(
        "hostname", pattern: "^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$", takesScalars: true)

    /// `ByteCount`.
    static let size = TextFormat(
        "size", pattern: "^[0-9]+(\\.[0-9]{1,3})? ?(\(ByteCount.units.map(\.name).joined(separator: "|")))$")

    /// `Duration`.
    static let duration = TextFormat(
        "duration", pattern: "^[0-9]+(\\.[0-9]{1,3})?(\(Duration.units.map(\.name).joined(separator: "|")))$")

    /// `IPv4Address`.
    static let ipv4 = TextFormat("ipv4", pattern: "^\(address)$")

    /// `IPv4Subnet`.
    static let subnet = TextFormat("ipv4-subnet", pattern: "^\(address)/([89]|[12][0-9]|30)$")

    /// `IPv6Choice`.
    static let subnet6 = TextFormat("ipv6-subnet", pattern: "^(auto|[0-9A-Fa-f:]{2,39}/64)$")

    /// `MACAddress`.
    static let mac = TextFormat("mac", pattern: "^[0-9A-Fa-f][02468ACEace](:[0-9A-Fa-f]{2}){5}$")

    /// `ForwardKeys`.
    static let forward = TextFormat("forward", pattern: "^(\(address):)?[0-9]{1,5}:[0-9]{1,5}(/(tcp|udp))?$")

    /// `SyncKeys`.
    static let sync = TextFormat("sync", pattern: "^.+:/")

    /// A path of a machine.
    static let guestPath = TextFormat("guest-path", pattern: "^/")

    /// `ReadyKeys`.
    static let url = TextFormat("url", pattern: "^(https?://|/)")

    private static let address =
        "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}"
}
