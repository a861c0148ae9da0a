import DevenvHost
import SystemPackage

/// What this host's own distribution says about itself and where its packages come from.
struct HostDistribution: Sendable {
    /// The directory that takes the place of `/`, for tests.
    var root: FilePath = "/"

    /// Settings of apt that decide whether its sources can be reached.
    private static let decisive = [
        "Proxy", "Check-Valid-Until", "Check-Date", "ForceIPv4", "ForceIPv6", "Retries", "Timeout",
    ]

    /// The code name of the host's release, if it is Debian (os-release(5)).
    func suite() throws(HostError) -> String? {
        let text = String(decoding: try HostFiles.read(root.appending("etc/os-release")) ?? [], as: UTF8.self)
        var values: [Substring: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[parts[0]] = parts[1].filter { $0 != "\"" } }
        }
        return values["ID"] == "debian" ? values["VERSION_CODENAME"] : nil
    }

    /// The host's own sources, where they offer the suite: whoever set up a mirror near by means it for boxes too.
    func sources(for suite: String) throws(HostError) -> FilePath? {
        for name in ["etc/apt/sources.list.d/debian.sources", "etc/apt/sources.list"] {
            let path = root.appending(name)
            let text = String(decoding: try HostFiles.read(path) ?? [], as: UTF8.self)
            let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
            let offers = lines.contains { $0.split(separator: " ").contains(Substring(suite)) }
            if offers, !lines.contains(where: { $0.contains("cdrom:") }) { return path }
        }
        return nil
    }

    /// Of what `apt-config dump` says, the lines that mmdebstrap's own apt needs: proxies and the like.
    static func settings(dump: String) -> String {
        let lines = dump.split(whereSeparator: \.isNewline).filter { line in
            let key = line.prefix { $0 != " " }
            return decisive.contains { key.split(separator: "::").contains(Substring($0)) } && !line.hasSuffix(" \"\";")
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
