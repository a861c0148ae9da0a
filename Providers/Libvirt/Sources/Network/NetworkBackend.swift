import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

/// What a libvirt that runs on this host keeps for its networks outside itself: bridges, name servers, rules. All of it stays
/// when libvirtd is killed while it starts a network, and every later start then fails.
struct NetworkBackend: Sendable {
    /// Runs ip and iptables.
    let tools: any ToolRunner

    /// What is there of a network that is not active.
    struct Remains: Hashable, Sendable {
        /// Whether its bridge is there.
        let hasBridge: Bool
        /// Its name servers.
        let servers: [pid_t]

        /// Whether nothing is.
        var isNothing: Bool { !hasBridge && servers.isEmpty }
    }

    /// Where the kernel lists links.
    static let links: FilePath = "/sys/class/net"

    /// What is there.
    func remains(of network: String, bridge: String) -> Remains {
        Remains(hasBridge: HostFiles.exists(Self.links.appending(bridge)), servers: Self.servers(of: network))
    }

    /// Takes away everything that is left of a network which libvirt says is not active.
    func clear(_ remains: Remains, of network: String, bridge: String, subnet: IPv4Subnet?) async throws(ProviderError)
    {
        guard geteuid() == 0 else { throw Self.leftBehind(remains, network, bridge) }
        for server in remains.servers { kill(server, SIGKILL) }
        if remains.hasBridge {
            try await succeed(
                ToolInvocation("ip", ["link", "delete", "dev", bridge]), "removing the bridge '\(bridge)'")
        }
        FaultPoint.reach("libvirt.network.bridge-cleared")
        for family in FirewallRules.families where ToolPath.find(family + "-save") != nil {
            let listing = try await run(FirewallRules.listing(family))
            let batch = FirewallRules.batch(removing: bridge, subnet: subnet, from: listing.text)
            guard !batch.isEmpty else { continue }
            try await succeed(FirewallRules.removal(family, batch), "removing rules of the bridge '\(bridge)'")
        }
    }

    /// Removes the file that libvirt writes its name server's process id to and never removes itself.
    static func forgetServer(of network: String) {
        // it is nobody's any more, and may be another user's to remove
        try? HostFiles.remove(FilePath("/run/libvirt/network/\(network).pid"))
    }

    /// Puts the host's end of a machine's cable back on its bridge.
    func plug(_ tap: String, into bridge: String) async throws(ProviderError) {
        let call = ToolInvocation("ip", ["link", "set", "dev", tap, "master", bridge, "up"])
        guard geteuid() == 0 else {
            throw .notPermitted(
                "connecting a running machine to its network again takes the administrator",
                help: "run as root: \(call), or 'devenv reload'")
        }
        try await succeed(call, "connecting the machine to its network again")
    }

    /// The dnsmasq processes of a network, which name its configuration.
    private static func servers(of network: String) -> [pid_t] {
        let file = Array("/dnsmasq/\(network).conf".utf8)
        let processes = (try? HostFiles.list("/proc")) ?? []  // without /proc there is nothing to find
        return processes.compactMap { pid_t($0) }.filter { process in
            // a process may end before it is looked at
            let bytes = (try? HostFiles.read(FilePath("/proc/\(process)/cmdline"), limit: 64 << 10)) ?? nil
            let words = (bytes ?? []).split(separator: 0)
            return words.first?.suffix(7).elementsEqual("dnsmasq".utf8) == true
                && words.contains { $0.starts(with: "--conf-file=".utf8) && $0.suffix(file.count).elementsEqual(file) }
        }
    }

    private static func leftBehind(_ remains: Remains, _ network: String, _ bridge: String) -> ProviderError {
        let link = remains.hasBridge ? ["ip link delete dev \(bridge)"] : []
        let servers = remains.servers.isEmpty ? [] : ["kill " + remains.servers.map { "\($0)" }.joined(separator: " ")]
        return .notPermitted(
            "libvirtd was killed while it started the network '\(network)', and left parts of it behind",
            help: "run devenv as root once, or: " + (link + servers).map { "sudo " + $0 }.joined(separator: "; "))
    }

    private func run(_ invocation: ToolInvocation) async throws(ProviderError) -> ToolOutcome {
        do { return try await tools.run(invocation) } catch { throw ProviderError(error) }
    }

    private func succeed(_ invocation: ToolInvocation, _ attempt: String) async throws(ProviderError) {
        let outcome = try await run(invocation)
        guard outcome.status != 0 else { return }
        throw .failed("\(attempt): '\(invocation)' failed with status \(outcome.status): \(outcome.complaint)")
    }
}
