import DevenvHost
import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

/// How the system's OpenSSH client reaches a machine: the same settings for a command line and for `ssh_config`.
package struct SSHClientOptions: Hashable, Sendable {
    /// Where the machine is and how it is recognised.
    package let endpoint: SSHEndpoint
    /// Whether the agent is forwarded.
    package let forwardsAgent: Bool
    /// A configuration file of the user's own that ssh reads as well.
    package let config: FilePath?

    /// Joins them.
    package init(endpoint: SSHEndpoint, forwardsAgent: Bool = false, config: FilePath? = nil) {
        self.endpoint = endpoint
        self.forwardsAgent = forwardsAgent
        self.config = config
    }

    /// The settings, in the order of ssh_config(5)'s own habit; values are quoted as that file wants them.
    package var settings: [(key: String, value: String)] {
        [
            ("HostName", endpoint.host), ("User", endpoint.user), ("Port", String(endpoint.port)),
            ("IdentityFile", Self.quote(endpoint.identityFile)), ("IdentitiesOnly", "yes"),
            ("UserKnownHostsFile", Self.quote(endpoint.knownHostsFile)), ("GlobalKnownHostsFile", "/dev/null"),
            ("StrictHostKeyChecking", "yes"), ("HostKeyAlias", endpoint.hostKeyAlias),
            // Post-quantum exchanges cost more time than a local connection takes; the others stay as a second choice.
            ("KexAlgorithms", "^curve25519-sha256"), ("LogLevel", "ERROR"),
            ("ForwardAgent", forwardsAgent ? "yes" : "no"),
        ] + (endpoint.proxy.map { [("ProxyCommand", ShellWord.proxyCommand($0))] } ?? [])
    }

    /// A path as a word of ssh_config: quoted where it has blanks or quotes, `%` doubled as it begins a token.
    private static func quote(_ path: FilePath) -> String {
        let text = path.string.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
        guard text.contains(where: { $0 == " " || $0 == "\t" || $0 == "\"" || $0 == "'" || $0 == "\\" || $0 == "#" })
        else { return text }
        return "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
}
