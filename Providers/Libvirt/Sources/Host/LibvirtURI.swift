/// Where a libvirt daemon is, taken apart: `DRIVER[+TRANSPORT]://[USER@][HOST][:PORT]/PATH[?PARAMETERS]`.
package struct LibvirtURI: Hashable, Sendable, CustomStringConvertible {
    /// The whole text.
    package let description: String
    /// What runs the machines: `qemu`, or `test`.
    package let driver: String
    /// Whether the daemon is on this host.
    package let isLocal: Bool
    /// Whose daemon it is.
    package let scope: HostAbilities.Scope

    /// Takes a URI apart; one that libvirt would refuse is taken for the system's of another host.
    package init(_ text: String) {
        description = text
        let parts = text.split(separator: "?", maxSplits: 1)[...].first ?? ""
        let scheme = parts.prefix { $0 != ":" }
        let words = scheme.split(separator: "+")
        driver = words.first.map(String.init) ?? ""
        let rest = parts.dropFirst(scheme.count).drop { $0 == ":" }
        let path = rest.hasPrefix("//") ? rest.dropFirst(2) : rest
        let host = rest.hasPrefix("//") ? path.prefix { $0 != "/" } : ""
        // without a host ssh and the like are refused by libvirt
        isLocal = host.isEmpty && (words.count < 2 || words[1] == "unix")
        scope = path.dropFirst(host.count).hasPrefix("/session") ? .session : .system
    }
}
