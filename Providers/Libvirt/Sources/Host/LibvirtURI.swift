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
        let parts = (text.split(separator: "?", maxSplits: 1).first ?? "").split(separator: "://", maxSplits: 1)
        let scheme = (parts.first ?? "").split(separator: "+")
        let place = parts.count == 2 ? parts[1] : "nowhere"
        driver = scheme.first.map(String.init) ?? ""
        isLocal = place.hasPrefix("/") && (scheme.count < 2 || scheme[1] == "unix")
        scope = place.drop { $0 != "/" } == "/session" ? .session : .system
    }
}
