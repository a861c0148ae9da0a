package import DevenvHost
package import DevenvModel

/// Rules that libvirt made for a network, in the form that iptables-save(8) writes and iptables-restore(8) reads.
package enum FirewallRules {
    /// The programs, one for each version of the internet protocol.
    package static let families = ["iptables", "ip6tables"]

    /// Lists all rules.
    package static func listing(_ family: String) -> ToolInvocation { ToolInvocation(family + "-save", []) }

    /// Removes rules, and leaves the others as they are.
    package static func removal(_ family: String, _ batch: String) -> ToolInvocation {
        ToolInvocation(family + "-restore", ["--noflush", "--wait"], input: Array(batch.utf8))
    }

    /// What removes every rule of libvirt's that speaks of a bridge, or of a subnet of its machines; empty where there is
    /// none. Those that translate addresses speak of the subnet alone.
    package static func batch(removing bridge: String, subnet: IPv4Subnet?, from listing: String) -> String {
        let lines = listing.split(separator: "\n")
        let words = [bridge] + [subnet?.description].compactMap(\.self)
        let batch = lines.filter { line in
            if line.hasPrefix("*") || line == "COMMIT" { return true }
            return line.hasPrefix("-A LIBVIRT_") && line.split(separator: " ").contains { words.contains(String($0)) }
        }
        guard batch.contains(where: { $0.hasPrefix("-A") }) else { return "" }
        return batch.map { ($0.hasPrefix("-A") ? "-D" + $0.dropFirst(2) : $0) + "\n" }.joined()
    }
}
