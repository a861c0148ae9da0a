package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

/// Keys for machines of tests: one that lets in, one that the machine shows.
package struct TestAccess: Sendable {
    /// What a provider gets.
    package let access: MachineAccess
    /// The private key that lets in.
    package let identityFile: FilePath
    /// The machine's host key, for the alias `machine-under-test`.
    package let knownHostsFile: FilePath

    /// Makes the keys in a directory. `kind` is that of the key that lets in, as ssh-keygen(1) names it.
    package static func make(
        in directory: TemporaryDirectory, kind: String = "ed25519", user: String = "dev"
    ) async throws -> TestAccess {
        let userKey = try await makeKey("user_key", kind, in: directory)
        let hostKey = try await makeKey("host_key", "ed25519", in: directory)
        let known = try directory.write("machine-under-test \(hostKey)", to: "known_hosts")
        let secret = Redacted(try directory.read("host_key") ?? "")
        let access = MachineAccess(
            user: user, authorizedKeys: [userKey.filter { $0 != "\n" }], hostKey: secret, publicHostKey: hostKey,
            port: 22)
        return TestAccess(
            access: access, identityFile: directory.path.appending("user_key"), knownHostsFile: known)
    }

    /// A command in the machine over the system's ssh.
    package func ssh(_ address: IPv4Address, port: UInt16? = nil, user: String? = nil, _ command: String)
        -> ToolInvocation
    {
        let options = [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "HostKeyAlias=machine-under-test",
            "UserKnownHostsFile=\(knownHostsFile)", "IdentitiesOnly=yes", "KexAlgorithms=curve25519-sha256",
            "ConnectTimeout=10", "LogLevel=ERROR",
        ]
        return ToolInvocation(
            "ssh",
            ["-F", "none", "-i", identityFile.string, "-p", String(port ?? access.port), "-l", user ?? access.user]
                + options.flatMap { ["-o", $0] } + [address.description, command],
            timeout: .seconds(30))
    }

    private static func makeKey(_ name: String, _ kind: String, in directory: TemporaryDirectory) async throws -> String
    {
        let arguments = [
            "-q", "-t", kind, "-m", kind == "rsa" ? "PEM" : "RFC4716", "-N", "", "-C", "test", "-f",
            directory.path.appending(name).string,
        ]
        let outcome = try await SystemToolRunner().run(ToolInvocation("ssh-keygen", arguments))
        guard outcome.status == 0, let line = try directory.read(name + ".pub") else {
            throw Failure(description: "ssh-keygen: \(outcome.complaint)")
        }
        return line
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
