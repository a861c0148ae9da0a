import DevenvCrypto
package import DevenvHost
package import SystemPackage

/// Signatures of catalogs' files, made and checked by ssh-keygen(1) with the keys that people have anyway.
package struct Signer: Sendable {
    /// What keeps a signature of a catalog from being one of anything else.
    static let namespace = "devenv-catalog"
    /// Whom an allowed key belongs to; there is only ever one.
    private static let identity = "catalog"

    private let runner: any ToolRunner

    /// Signs by way of a runner.
    package init(runner: any ToolRunner) { self.runner = runner }

    /// The public half of a key; of one that an agent holds the public file is enough.
    package func publicKey(of key: FilePath) async throws(CatalogError) -> PublicKey {
        let attempt = "reading the key '\(key)'"
        let beside = key.string.hasSuffix(".pub") ? key : FilePath(key.string + ".pub")
        let text = try CatalogError.wrap(attempt) { () throws(HostError) in try HostFiles.read(beside, limit: 64 << 10)
        }
        if let text, let found = PublicKey(parsing: String(decoding: text, as: UTF8.self)) { return found }
        let outcome = try await run(Self.publicHalf(of: key), attempt)
        guard outcome.status == 0, let found = PublicKey(parsing: outcome.text) else {
            throw CatalogError(
                .invalid, "\(attempt): \(outcome.complaint)",
                help: "name a private key such as ~/.ssh/id_ed25519; one with a passphrase needs its .pub beside it")
        }
        return found
    }

    /// The signature of some bytes, in ssh-keygen's form.
    func sign(
        _ bytes: [UInt8], with key: FilePath, as namespace: String = namespace
    ) async throws(CatalogError) -> [UInt8] {
        let attempt = "signing with the key '\(key)'"
        let outcome = try await run(Self.sign(bytes, with: key, as: namespace), attempt)
        guard outcome.status == 0, outcome.text.hasPrefix(Self.begin) else {
            throw CatalogError(
                .failed, "\(attempt): \(outcome.complaint)",
                help: "check that it is your private key; one with a passphrase must be in your SSH agent (ssh-add)")
        }
        return outcome.standardOutput
    }

    /// Whether one of the signatures in a file is the key's, of these bytes.
    func isSigned(
        _ bytes: [UInt8], by key: PublicKey, in signatures: [UInt8], as namespace: String = namespace
    ) async throws(CatalogError) -> Bool {
        let attempt = "checking a signature"
        let directory = FilePath("/tmp/devenv-signature-" + SecureRandom.hexadecimal(digits: 16))
        try CatalogError.wrap(attempt) { () throws(HostError) in
            try HostFiles.makeDirectory(directory, mode: .ownerReadWriteExecute)
        }
        defer { try? HostFiles.remove(directory) }  // it holds nothing secret
        let allowed = directory.appending("allowed_signers")
        let line = "\(Self.identity) namespaces=\"\(namespace)\" \(key)\n"
        for signature in Self.blocks(signatures) {
            let file = directory.appending("signature")
            try CatalogError.wrap(attempt) { () throws(HostError) in
                try AtomicFile.write(Array(line.utf8), to: allowed, mode: .ownerReadWrite, durable: false)
                try AtomicFile.write(signature, to: file, mode: .ownerReadWrite, durable: false)
            }
            if try await run(Self.verify(bytes, signature: file, allowed: allowed, as: namespace), attempt).status == 0
            {
                return true
            }
        }
        return false
    }

    private func run(_ call: ToolInvocation, _ attempt: String) async throws(CatalogError) -> ToolOutcome {
        do { return try await runner.run(call) } catch { throw .tool(error, attempt, package: "openssh-client") }
    }
}

// The calls.
extension Signer {
    static func publicHalf(of key: FilePath) -> ToolInvocation {
        ToolInvocation("ssh-keygen", ["-y", "-P", "", "-f", key.string], timeout: .seconds(60))
    }

    static func sign(_ bytes: [UInt8], with key: FilePath, as namespace: String = namespace) -> ToolInvocation {
        ToolInvocation(
            "ssh-keygen", ["-Y", "sign", "-f", key.string, "-n", namespace],
            environment: ["SSH_ASKPASS_REQUIRE": "never"],
            input: bytes, timeout: .seconds(60))
    }

    static func verify(
        _ bytes: [UInt8], signature: FilePath, allowed: FilePath, as namespace: String = namespace
    ) -> ToolInvocation {
        ToolInvocation(
            "ssh-keygen",
            ["-Y", "verify", "-f", allowed.string, "-I", identity, "-n", namespace, "-s", signature.string],
            input: bytes, timeout: .seconds(60))
    }

    private static let begin = "-----BEGIN SSH SIGNATURE-----"
    private static let end = "-----END SSH SIGNATURE-----"

    /// The signatures of a file: while a file is replaced by another, the signatures of both stand in it.
    static func blocks(_ bytes: [UInt8]) -> [[UInt8]] {
        var blocks: [[UInt8]] = []
        var lines: [Substring] = []
        for line in String(decoding: bytes.prefix(64 << 10), as: UTF8.self).split(whereSeparator: \.isNewline) {
            if line == begin { lines = [] }
            lines.append(line)
            if line == end { blocks.append(Array((lines.joined(separator: "\n") + "\n").utf8)) }
        }
        return Array(blocks.prefix(4))
    }
}
