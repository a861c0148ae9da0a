import DevenvPluginAPI

/// The text of a machine's hosts(5): a block of devenv's own, the rest as the box and its provisioners have it.
enum HostsFile {
    private static let first = "# devenv: the project's machines"
    private static let last = "# devenv: end"

    /// The old text with the block replaced, or added where there is none.
    static func text(_ old: String, hosts: [HostEntry], hostname: String) -> String {
        var lines = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        if let start = lines.firstIndex(of: first) {
            let end = lines[start...].firstIndex(of: last) ?? lines.endIndex - 1
            lines.removeSubrange(start...end)
        }
        if !lines.contains(where: namesLocalhost) {
            lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"] + lines
        }
        return (lines + block(hosts, hostname)).joined(separator: "\n") + "\n"
    }

    /// One entry: `10.60.0.10 db db.test`, and the same for its IPv6 address.
    static func lines(_ entry: HostEntry) -> [String] {
        let names = entry.names.joined(separator: " ")
        return ["\(entry.address) \(names)"] + (entry.address6.map { ["\($0) \(names)"] } ?? [])
    }

    private static func block(_ hosts: [HostEntry], _ hostname: String) -> [String] {
        var lines = hosts.flatMap(lines)
        // sudo looks the host's own name up
        if !hosts.contains(where: { $0.names.contains(hostname) }) { lines.append("127.0.1.1 \(hostname)") }
        return [first] + lines + [last]
    }

    private static func namesLocalhost(_ line: String) -> Bool {
        let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
        return words.first == "127.0.0.1" && words.dropFirst().contains("localhost")
    }
}
