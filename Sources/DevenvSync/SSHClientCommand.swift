import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// The system's ssh for one machine, without anything of the user's own configuration.
struct SSHClientCommand {
    private let endpoint: SSHEndpoint

    init(_ endpoint: SSHEndpoint) { self.endpoint = endpoint }

    /// The words of the command, up to where the host would follow.
    var words: [String] {
        let options = [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "HostKeyAlias=\(endpoint.hostKeyAlias)",
            "UserKnownHostsFile=\(Self.configWord(endpoint.knownHostsFile))", "GlobalKnownHostsFile=/dev/null",
            "IdentitiesOnly=yes", "IdentityAgent=none", "IdentityFile=\(Self.configWord(endpoint.identityFile))",
            "KexAlgorithms=\(Self.keyExchange)", "ConnectTimeout=45", "ServerAliveInterval=15", "LogLevel=ERROR",
        ]
        let proxy = endpoint.proxy.map { ["ProxyCommand=\(ShellWord.proxyCommand($0))"] } ?? []
        return ["ssh", "-F", "/dev/null", "-p", "\(endpoint.port)"] + (options + proxy).flatMap { ["-o", $0] }
    }

    /// The command as rsync's `--rsh` takes it: words are divided at blanks, and a quote within quotes is doubled.
    var rsyncText: String {
        words.map { word in
            let isPlain = !word.contains { $0.isWhitespace || $0 == "'" || $0 == "\"" }
            return isPlain ? word : "'" + word.replacing("'", with: "''") + "'"
        }.joined(separator: " ")
    }

    /// Curve25519 first: the hybrids that newer versions prefer take many times as long. The others are for machines
    /// that don't have it.
    private static let keyExchange =
        "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
        + "diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group14-sha256"

    /// A path as a value of ssh_config(5): percent signs are tokens there and blanks divide lists.
    private static func configWord(_ path: FilePath) -> String {
        let text = path.string.replacing("%", with: "%%").replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return text.contains { $0.isWhitespace || $0 == "\\" || $0 == "'" || $0 == "#" } ? "\"\(text)\"" : text
    }
}
