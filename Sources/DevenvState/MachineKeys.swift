import DevenvCrypto
import DevenvHost
import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

/// The SSH keys of one machine, in its directory: the key that lets us in and the key that it proves itself with. Both are
/// made here before the machine is, so that neither is ever learned over the network.
package struct MachineKeys: Sendable {
    private let directory: FilePath

    /// Names the keys in a machine's directory; nothing is made.
    package init(directory: FilePath) { self.directory = directory }

    /// The private key that lets us in.
    package var identityFile: FilePath { directory.appending("id_ed25519") }
    /// The known_hosts file with the machine's host key.
    package var knownHostsFile: FilePath { directory.appending("known_hosts") }
    private var hostKeyFile: FilePath { directory.appending("ssh_host_ed25519_key") }

    /// Makes the keys that are missing, in a directory that exists. Private ones are 0600 from their first byte.
    package func establish(for machine: MachineIdentity) throws(StateError) {
        try establish(identityFile, comment: "devenv-\(machine.projectName)-\(machine.name)")
        let hostKey = try establish(hostKeyFile, comment: machine.name.rawValue)
        let line = "\(Self.alias(of: machine)) \(hostKey)\n"
        try StateError.wrap { () throws(HostError) in
            try AtomicFile.write(Array(line.utf8), to: knownHostsFile, mode: .ownerReadWrite, durable: false)
        }
    }

    /// The name that a machine's host key is filed under, whatever its address is.
    package static func alias(of machine: MachineIdentity) -> String { "devenv-\(machine.machine)" }

    /// What the machine is told of its owner. `extraKey` is the public half of a key of the user's own.
    package func access(user: String, port: UInt16, extraKey: String?) throws(StateError) -> MachineAccess {
        let own = try text(publicFile(of: identityFile))
        return MachineAccess(
            user: user, authorizedKeys: [own] + (extraKey.map { [$0] } ?? []), hostKey: Redacted(try text(hostKeyFile)),
            publicHostKey: try text(publicFile(of: hostKeyFile)), port: port)
    }

    /// How to log in to a machine as it is seen; nil where it does not run or nothing leads to it.
    package func endpoint(
        for record: MachineRecord, seen: MachineObservation
    ) throws(StateError) -> SSHEndpoint? {
        let alias = Self.alias(of: record.identity)
        guard seen.state == .running, let way = Way(seen, port: record.sshPort, alias: alias) else { return nil }
        return SSHEndpoint(
            host: way.host, port: way.port, user: record.user,
            identityFile: record.ownKey.map { FilePath($0) } ?? identityFile, knownHostsFile: knownHostsFile,
            hostKeyAlias: alias, hostKey: try text(publicFile(of: hostKeyFile)), proxy: way.proxy)
    }

    /// How to log in to a machine, as it is seen, for the first time: with a key that its box lets in, and with whatever host
    /// key it shows.
    package func firstEndpoint(
        for record: MachineRecord, seen: MachineObservation, user: String, key: FilePath
    ) -> SSHEndpoint? {
        let alias = Self.alias(of: record.identity)
        guard seen.state == .running, let way = Way(seen, port: record.sshPort, alias: alias) else { return nil }
        return SSHEndpoint(
            host: way.host, port: way.port, user: user, identityFile: key, knownHostsFile: "/dev/null",
            hostKeyAlias: alias, hostKey: nil, proxy: way.proxy)
    }

    /// Where a connection is made to.
    private struct Way {
        let host: String
        let port: UInt16
        let proxy: [String]?

        init?(_ seen: MachineObservation, port: UInt16, alias: String) {
            switch (seen.access, seen.address) {
            case (.port(let own), _): (self.host, self.port, self.proxy) = ("127.0.0.1", own, nil)
            // the name is only for messages then
            case (.program(let words), let address):
                (host, self.port, proxy) = (address?.description ?? alias, port, words)
            case (nil, let address?): (host, self.port, proxy) = (address.description, port, nil)
            case (nil, nil): return nil
            }
        }
    }

    /// Makes a pair where it is missing or was left half written, the private half last; returns the public line.
    @discardableResult
    private func establish(_ file: FilePath, comment: String) throws(StateError) -> String {
        if HostFiles.exists(file) { return try text(publicFile(of: file)) }
        let pair = SSHKeyPair.generate(comment: comment)
        try StateError.wrap { () throws(HostError) in
            let line = Array((pair.publicKey + "\n").utf8)
            try AtomicFile.write(line, to: publicFile(of: file), durable: false)
            try AtomicFile.write(Array(pair.privateKey.utf8), to: file, mode: .ownerReadWrite, durable: false)
        }
        return pair.publicKey
    }

    private func publicFile(of file: FilePath) -> FilePath { FilePath(file.string + ".pub") }

    private func text(_ file: FilePath) throws(StateError) -> String {
        let bytes = try StateError.wrap { () throws(HostError) in try HostFiles.read(file, limit: 64 << 10) }
        guard let bytes else { throw .damaged(file.string, "the file is missing") }
        let text = String(decoding: bytes, as: UTF8.self)
        return file.string.hasSuffix(".pub") ? text.withoutFinalNewline : text
    }
}
