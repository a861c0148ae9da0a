/// Which algorithms are asked for, in what order.
enum SSHAlgorithms {
    /// Curve25519 first: it takes a few milliseconds, the post-quantum hybrids that OpenSSH prefers take many more, and
    /// the machines are our own.
    static let keyExchange = [
        "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521", "diffie-hellman-group-exchange-sha256", "diffie-hellman-group16-sha512",
        "diffie-hellman-group14-sha256",
    ]

    /// The kind of the expected host key first, as a server with several keys presents the one that is asked for.
    static func hostKeys(first expected: String) -> [String] {
        let kind = expected.split(separator: " ").first.map(String.init) ?? "ssh-ed25519"
        let kinds = kind == "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [kind]
        let others = [
            "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512",
            "rsa-sha2-256", "ssh-rsa",
        ]
        return kinds + others.filter { !kinds.contains($0) }
    }
}
