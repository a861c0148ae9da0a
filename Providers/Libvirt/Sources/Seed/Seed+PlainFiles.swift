import DevenvModel
import DevenvPluginAPI

extension Seed {
    /// The files below `devenv/`.
    ///
    /// - `hostname`: the host name, a line.
    /// - `user`: the name of the user who logs in and may use sudo, a line.
    /// - `authorized_keys`: lines of the user's `authorized_keys`.
    /// - `ssh_host_ed25519_key` and `ssh_host_ed25519_key.pub`: the SSH server's key.
    /// - `hosts`: lines for hosts(5).
    /// - `networks/10-NAME.network`: whole files of systemd.network(5), for interfaces that DHCP alone doesn't set up. By
    ///   their names they come before the box's own.
    var plainFiles: [SeedFile] {
        let access = request.access
        return [
            SeedFile("devenv/hostname", request.spec.hostname + "\n"),
            SeedFile("devenv/user", access.user + "\n"),
            SeedFile("devenv/authorized_keys", access.authorizedKeys.map(Self.line).joined()),
            SeedFile("devenv/ssh_host_ed25519_key", Self.line(access.hostKey.secret), mode: 0o600),
            SeedFile("devenv/ssh_host_ed25519_key.pub", Self.line(access.publicHostKey)),
            SeedFile("devenv/hosts", hosts.map(Self.line).joined()),
        ] + networkFiles
    }

    /// Lines of hosts(5): the project's machines, and this one's own name, which sudo looks up.
    var hosts: [String] {
        let entries = request.hosts.map { "\($0.address) \($0.names.joined(separator: " "))" }
        let isNamed = request.hosts.contains { $0.names.contains(request.spec.hostname) }
        return entries + (isNamed ? [] : ["127.0.1.1 \(request.spec.hostname)"])
    }

    private var networkFiles: [SeedFile] {
        setups.compactMap { setup in
            setup.networkdUnit.map { SeedFile("devenv/networks/10-\(setup.interface.network).network", $0) }
        }
    }

    private static func line(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }
}
