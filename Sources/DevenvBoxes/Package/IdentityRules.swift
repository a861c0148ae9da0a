/// What of a machine's files is its own and must not be in a box: a list, and nothing but that.
enum IdentityRules {
    /// Files of a directory, by their names.
    struct Files: Hashable, Sendable {
        let directory: String
        /// Names, each with at most one `*` that stands for any characters.
        let names: [String]
        /// Whether they say who the machine is or who may log in: a link in the place of one is then not enough to know that
        /// it is gone.
        var isSecret = false

        func matches(_ name: String) -> Bool { names.contains { Self.matches(name, $0) } }

        private static func matches(_ name: String, _ pattern: String) -> Bool {
            guard let star = pattern.firstIndex(of: "*") else { return name == pattern }
            let (head, tail) = (pattern[..<star], pattern[pattern.index(after: star)...])
            return name.utf8.count >= head.utf8.count + tail.utf8.count && name.hasPrefix(head) && name.hasSuffix(tail)
        }
    }

    /// A directory whose content goes.
    struct Contents: Hashable, Sendable {
        let directory: String
        /// Whether the directories below stay: programs expect those that they log to.
        var keepsDirectories = false
        /// Names at its top that stay.
        var except: Set<String> = []
    }

    /// Files that go.
    static let files = [
        Files(directory: "/etc/ssh", names: ["ssh_host_*"], isSecret: true),
        Files(directory: "/etc/dropbear", names: ["dropbear_*_host_key"], isSecret: true),
        Files(directory: "/var/lib/dbus", names: ["machine-id"]),
        Files(directory: "/var/lib/systemd", names: ["random-seed", "credential.secret"]),
        Files(directory: "/var/lib/urandom", names: ["random-seed"]),
        Files(directory: "/var/lib", names: ["random-seed"]),
        Files(directory: "/etc/udev/rules.d", names: ["70-persistent-net.rules", "75-persistent-net-generator.rules"]),
        // what cloud-init wrote for the old machine's network cards; it writes them anew for a new one
        Files(directory: "/etc/netplan", names: ["50-cloud-init.yaml"]),
        Files(directory: "/etc/network/interfaces.d", names: ["50-cloud-init*"]),
        Files(directory: "/etc/systemd/network", names: ["10-cloud-init-*.network"]),
        Files(directory: "/etc/NetworkManager/system-connections", names: ["cloud-init-*.nmconnection"]),
        Files(directory: "/var/lib/NetworkManager", names: ["*.lease", "secret_key", "timestamps", "seen-bssids"]),
    ]

    /// Directories that are emptied.
    static let contents = [
        Contents(directory: "/var/log/journal"),
        Contents(directory: "/var/log", keepsDirectories: true),
        Contents(directory: "/var/lib/cloud", except: ["seed"]),
        Contents(directory: "/var/lib/dhcp"), Contents(directory: "/var/lib/dhclient"),
        Contents(directory: "/var/lib/dhcpcd"), Contents(directory: "/var/lib/systemd/coredump"),
        Contents(directory: "/var/crash"), Contents(directory: "/var/lib/apt/lists", keepsDirectories: true),
        Contents(directory: "/var/cache/apt", keepsDirectories: true), Contents(directory: "/tmp"),
        Contents(directory: "/var/tmp"), Contents(directory: "/etc/ssh/authorized_keys"),
    ]

    /// Files that go from each user's home.
    static func files(home: String) -> [Files] {
        [
            Files(directory: "\(home)/.ssh", names: ["authorized_keys*", "known_hosts*"], isSecret: true),
            Files(
                directory: home,
                names: [
                    ".*_history", ".history", ".lesshst", ".viminfo", ".wget-hsts", ".Xauthority", ".ICEauthority",
                    ".xsession-errors", ".sudo_as_admin_successful",
                ]),
            Files(directory: "\(home)/.local/share/fish", names: ["fish_history"]),
            Files(directory: "\(home)/.local/state", names: ["*history"]),
        ]
    }

    /// All homes that passwd(5) names, and those that it may have had.
    static func homes(passwords: [UInt8]?, others: [String]) -> [String] {
        let lines = String(decoding: passwords ?? [], as: UTF8.self).split(whereSeparator: \.isNewline)
        let named = lines.compactMap { line -> String? in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            return fields.count > 5 ? String(fields[5]) : nil
        }
        // the home `/` of users who never log in has no files of a user
        let sound = named.map(trimmed).filter { $0.hasPrefix("/") && $0 != "/" }
        return Set(sound + others.map { "/home/\($0)" } + ["/root"]).sorted()
    }

    private static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }
}

/// Files that stay and lose what the machine wrote into them.
enum IdentityText {
    /// hosts(5) without devenv's block.
    static func hosts(_ bytes: [UInt8]) -> [UInt8] {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        while let start = lines.firstIndex(of: "# devenv: the project's machines") {
            let end = lines[start...].firstIndex(of: "# devenv: end") ?? lines.index(before: lines.endIndex)
            lines.removeSubrange(start...end)
        }
        return Array(lines.joined(separator: "\n").utf8)
    }

    /// resolv.conf(5) without what devenv wrote.
    static func resolver(_ bytes: [UInt8]) -> [UInt8] {
        String(decoding: bytes, as: UTF8.self).hasPrefix("# written by devenv") ? [] : bytes
    }

    /// The name of a machine that has none yet.
    static let hostname = Array("localhost\n".utf8)
}
