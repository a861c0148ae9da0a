import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// What libvirt needs on this host for networks of its own. It looks for these programs when it is started, or when the
/// first network is.
enum NetworkTools {
    /// What is missing and what is there; nothing for other hosts, and for sessions, which have no such networks.
    static func findings(_ uri: LibvirtURI, version: Int) -> [Finding] {
        guard uri.driver == "qemu", uri.isLocal, uri.scope == .system else { return [] }
        let firewall = findings(
            firewalls: ["iptables", "nft"].filter { ToolPath.find($0) != nil }, version: version)
        let names =
            ToolPath.find("dnsmasq") == nil
            ? Finding(
                .problem, "'dnsmasq' is not installed, so no network starts", cure: "apt-get install dnsmasq-base")
            : Finding(.fine, "'dnsmasq' is installed")
        return [names, firewall] + (forwardingFinding.map { [$0] } ?? [])
    }

    /// libvirt knows nftables itself since 10.4.
    static func findings(firewalls: [String], version: Int) -> Finding {
        let usable = version >= 10_004_000 ? ["nft", "iptables"] : ["iptables"]
        if let tool = usable.first(where: firewalls.contains) {
            return Finding(.fine, "networks have a firewall by '\(tool)'")
        }
        return Finding(
            .problem, "'\(usable[0])' is not installed, so no network starts",
            cure: "apt-get install \(usable[0] == "nft" ? "nftables" : "iptables")")
    }

    /// libvirt switches forwarding on with the first network; a container may forbid it even to root.
    private static var forwardingFinding: Finding? {
        let path = "/proc/sys/net/ipv4/ip_forward"
        let bytes = (try? HostFiles.read(FilePath(path))) ?? nil  // then it can't be told
        guard let bytes, bytes.first == UInt8(ascii: "0"), geteuid() == 0, unsafe access(path, W_OK) != 0 else {
            return nil
        }
        return Finding(
            .warning, "packets are not forwarded here and can't be let, so machines don't get out",
            cure: "sysctl net.ipv4.ip_forward=1 on the host of this container")
    }
}
