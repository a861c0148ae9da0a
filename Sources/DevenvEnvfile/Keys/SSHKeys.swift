import DevenvModel

/// The `ssh` block of a machine.
enum SSHKeys {
    static let table = KeyTable<SSHSettings>(
        "'ssh'",
        [
            Key("user", \.user, .text, "the user to log in as; the box's own by default"),
            Key("port", \.port, .port, "the port of the machine's SSH server; 22 by default"),
            Key("key", \.key, .hostPath, "a private key of your own, in place of the one made for the machine"),
            Key("forward_agent", \.forwardAgent, .boolean, "forward your agent into interactive sessions"),
            Key("config", \.config, .hostPath, "an OpenSSH client configuration file that is read as well"),
        ])

    static let type = ValueType<SSHSettings>.object(table, SSHSettings())
}
