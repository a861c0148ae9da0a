import DevenvPluginAPI

/// A machine's hosts(5): the names of its project's machines, between two marks; pure.
enum HostsFile {
    /// The lines between the marks, with them.
    static func block(_ hosts: [HostEntry], hostname: String) -> String {
        var lines = hosts.map { "\($0.address) \($0.names.joined(separator: " "))" }
        // sudo looks the host's own name up
        if !hosts.contains(where: { $0.names.contains(hostname) }) { lines.append("127.0.1.1 \(hostname)") }
        return (["# devenv: the project's machines"] + lines + ["# devenv: end"]).joined(separator: "\n")
    }

    /// What a program of root's needs to write it: `set_hosts`, which writes `$devenv_hosts`. The file itself is kept, as it may
    /// be a mount.
    static let function = #"""
        set_hosts() {
            { sed '/^# devenv: the project/,/^# devenv: end$/d' /etc/hosts; printf '%s\n' "$devenv_hosts"; } |
                cat >/etc/hosts.devenv
            cat /etc/hosts.devenv >/etc/hosts
            rm -f /etc/hosts.devenv
            chmod 644 /etc/hosts
        }
        """#
}
