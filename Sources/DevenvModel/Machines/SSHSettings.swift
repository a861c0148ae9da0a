package import SystemPackage

/// The `ssh` block of a machine.
package struct SSHSettings: Hashable, Sendable {
    /// The user to log in as, nil for the box's own.
    package var user: String?
    /// The port of the machine's SSH server.
    package var port: UInt16
    /// A private key of the user's own, in place of the one made for the machine.
    package var key: FilePath?
    /// Whether interactive sessions forward the agent.
    package var forwardAgent: Bool
    /// An OpenSSH client configuration file that the system's ssh reads as well.
    package var config: FilePath?

    /// Makes settings.
    package init(
        user: String? = nil, port: UInt16 = 22, key: FilePath? = nil, forwardAgent: Bool = false,
        config: FilePath? = nil
    ) {
        self.user = user
        self.port = port
        self.key = key
        self.forwardAgent = forwardAgent
        self.config = config
    }
}
